"use strict";

const { library } = require("./library.js");
const { MetricsServer, countsOf } = require("./metrics-server.js");
const { described, errorLine, told } = require("./errors.js");
const { onSignal } = require("./signals.js");

const NAMES = { audiosocket: "AudioSocket", websocket: "WebSocket" };

/**
 * Servers that give their calls to one handler, and what is printed of them.
 *
 * It runs until a signal comes, or as many calls have ended as were asked for. Then it takes no
 * new calls, lets running ones end for a while if it may, and hangs up what is left.
 */
class Service {
  #handler;
  #options;
  #output;
  #servers;
  #metrics = null;
  #running = new Set();
  #ended = 0;
  #isStopping = false;
  #stopped;
  #finish;

  /** `handler` is `{title, handle(req, res, log)}`; `options` are the command line's. */
  constructor(handler, options, output) {
    this.#handler = handler;
    this.#options = options;
    this.#output = output;
    this.#servers = serversFor(options);
    this.#stopped = new Promise((resolve, reject) => {
      this.#finish = (task) => task.then(resolve, reject);
    });
  }

  /** Listens, and resolves when all is over. */
  async run() {
    const { metrics } = this.#options;
    try {
      for (const { server, port } of this.#servers) {
        this.#watch(server);
        await this.#listen(server, port);
      }
      this.#metrics = metrics && (await MetricsServer.open(metrics, this.#byTransport));
    } catch (error) {
      await this.#close();
      throw error;
    }
    const undo = onSignal((signal) => this.#stop(signal));
    this.#tellWhere();
    return this.#stopped.finally(undo);
  }

  #watch(server) {
    server.onConnection((req, res) => this.#handle(req, res));
    server.on("drop", ({ code, remoteAddress, remotePort }) => {
      this.#output.event("drop", { code, remoteAddress, remotePort }, `turned away ${remoteAddress}: ${code}`);
    });
  }

  async #listen(server, port) {
    await new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, this.#options.host, () => resolve(server.off("error", reject)));
    });
    server.on("error", (error) => this.#warn(error));
  }

  #handle(req, res) {
    const began = performance.now();
    this.#running.add(res);
    this.#tellBegin(req);
    const log = (event, fields, text) => {
      this.#output.event(event, { ref: req.ref, ...fields }, text && `${req.ref}: ${text}`);
    };
    res.on("dtmf", (digit) => log("dtmf", { digit }, `key ${digit}`));
    res.on("error", (error) => log("error", { error: told(error) }, described(error)));
    res.on("end", () => this.#handleEnd(res, performance.now() - began, log));
    return this.#handler.handle(req, res, log);
  }

  #handleEnd(res, ms, log) {
    const stats = res.stats();
    const dropped = stats.droppedFramesIn > 0 ? `, ${stats.droppedFramesIn} dropped` : "";
    const seconds = (ms / 1000).toFixed(1);
    const text = `over after ${seconds} s, ${stats.framesIn} frames in${dropped}, ${stats.framesOut} out`;
    log("end", { durationMs: Math.round(ms), stats }, text);
    this.#running.delete(res);
    this.#ended += 1;
    if (this.#ended === this.#options.calls) {
      this.#stop("calls");
    }
  }

  #stop(reason) {
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.#finish(this.#end(reason));
    }
  }

  async #end(reason) {
    const { drain } = this.#options;
    const running = this.#running.size;
    if (running > 0 && drain > 0) {
      const text = `${running} calls may end within ${drain / 1000} s`;
      this.#output.event("draining", { calls: running, ms: drain }, text);
      await Promise.all(this.#servers.map(({ server }) => server.drain({ timeout: drain })));
    }
    await this.#close();
    const counts = countsOf(this.#byTransport);
    const calls = this.#ended;
    this.#output.event("closed", { reason, calls, metrics: counts }, `closed after ${calls} calls`);
  }

  async #close() {
    await Promise.all([...this.#servers.map(({ server }) => server.close()), this.#metrics?.close()]);
  }

  get #byTransport() {
    return Object.fromEntries(this.#servers.map(({ transport, server }) => [transport, server]));
  }

  #tellWhere() {
    const { title } = this.#handler;
    for (const { transport, server } of this.#servers) {
      const { address, port } = server.address();
      const text = `listening on ${address}:${port} (${NAMES[transport]}): ${title}`;
      this.#output.event("listening", { transport, address, port, handler: title }, text);
    }
    if (this.#metrics) {
      const { address, port } = this.#metrics.address();
      this.#output.event("metrics", { address, port }, `metrics on http://${address}:${port}/metrics`);
    }
  }

  #tellBegin({ ref, transport, remoteAddress, remotePort, sampleRate, dialect }) {
    const fields = { ref, transport, dialect, remoteAddress, remotePort, sampleRate };
    const text = `${ref}: call from ${remoteAddress}:${remotePort} (${dialect ?? NAMES[transport]}, ${sampleRate} Hz)`;
    this.#output.event("call", fields, text);
  }

  #warn(error) {
    process.stderr.write(`${errorLine(error, this.#output.isJson)}\n`);
  }
}

/** The servers that the options ask for: `{transport, server, port}` each. */
function serversFor({ port, websocket, audiosocket, sampleRate }) {
  const { AudioSocket, WebSocketAudio } = library();
  const servers = [];
  if (audiosocket) {
    servers.push({ transport: "audiosocket", server: new AudioSocket({ sampleRate }), port });
  }
  if (websocket !== undefined) {
    servers.push({ transport: "websocket", server: new WebSocketAudio({ sampleRate }), port: websocket });
  }
  return servers;
}

module.exports = { Service };

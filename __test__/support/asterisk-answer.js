"use strict";

/** The callstreams side of the Asterisk tests: a server of the test's own, and an ear on each call. */

const { once } = require("node:events");
const { AudioSocket } = require("../..");
const { within } = require("./asterisk-wait");

class App {
  #arrivals = new Map();

  /** `handler(req, res)` as in onConnection, run when the call has its ear. */
  constructor({ port = 0, handler, Server = AudioSocket, ...options }) {
    this.server = new Server(options);
    this.errors = [];
    this.server.on("error", (error) => this.errors.push(error));
    this.server.onConnection((req, res) => {
      this.#arrival(keyOf(req)).resolve(new Ear(res, req));
      return handler?.(req, res);
    });
    this.server.listen(port, "127.0.0.1");
    this.port = this.server.address().port;
  }

  /** As the dialplan wants it. */
  get where() {
    return `127.0.0.1:${this.port}`;
  }

  /** The ear on the call with this UUID, when it has arrived; over WebSocket it is in the URL. */
  ear(ref) {
    return within(this.#arrival(ref).promise, `call ${ref} has reached the app`);
  }

  #arrival(ref) {
    if (!this.#arrivals.has(ref)) {
      this.#arrivals.set(ref, promiseToKeep());
    }
    return this.#arrivals.get(ref);
  }
}

/** Takes down all that a call brings. */
class Ear {
  #chunks = [];
  #bytes = 0;
  #over = promiseToKeep();

  constructor(res, req) {
    this.res = res;
    this.req = req;
    this.digits = "";
    this.ends = 0;
    this.errors = [];
    this.warnings = [];
    this.sizes = new Set();
    res.on("data", (chunk) => this.#take(chunk));
    res.on("dtmf", (digit) => (this.digits += digit));
    res.on("error", (error) => this.errors.push(error));
    res.on("warning", (warning) => this.warnings.push(warning));
    res.on("end", () => {
      this.ends += 1;
      this.#over.resolve();
    });
  }

  get pcm() {
    return Buffer.concat(this.#chunks);
  }

  /** Resolves when `ms` of audio have come in. */
  async heard(ms, rate = 8000) {
    const enough = (ms * rate * 2) / 1000;
    const more = async () => {
      while (this.#bytes < enough) {
        await once(this.res, "data");
      }
    };
    await within(more(), `${ms} ms of audio have come in`);
  }

  async ended() {
    await within(this.#over.promise, "the stream has ended");
  }

  #take(chunk) {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.sizes.add(chunk.length);
  }
}

/** A server on a free port of the loopback, closed when the test ends. */
function answer(t, options = {}) {
  const app = new App(options);
  t.after(() => app.server.close());
  return app;
}

/** Asterisk makes a WebSocket call's reference up itself: ours is in the URL's query. */
function keyOf({ ref, url = "" }) {
  return new URL(url, "ws://localhost").searchParams.get("call") ?? ref;
}

function promiseToKeep() {
  const kept = {};
  kept.promise = new Promise((resolve) => (kept.resolve = resolve));
  return kept;
}

module.exports = { Ear, answer };

"use strict";

const { EventEmitter } = require("node:events");
const { codedError, rangeError, typeError } = require("./errors.js");
const { Kind, engine, route, unroute } = require("./engine.js");
const { parsed, toText } = require("./messages.js");

const SIDES = ["in", "out"];

/** What a fork has done that never began. */
const NO_STATS = {
  framesSent: 0,
  bytesSent: 0,
  droppedFrames: 0,
  lateFrames: 0,
  messagesReceived: 0,
  bytesReceived: 0,
  droppedBytesBack: 0,
  reconnects: 0,
  queuedMs: 0
};

/** A fork's number among all, those that could not begin too. */
const kNumber = Symbol("number");

let lastNumber = 0;

/** A process that exits runs nothing of the core's: its far ends are told here. */
let tellsAtExit = false;

/** A call's way to a WebSocket server. The API is described in index.d.ts. */
class Fork extends EventEmitter {
  [kNumber] = (lastNumber += 1);
  #id = null;
  #url;
  #owner;
  #isConnected = false;
  #isStopped = false;
  /** Somebody knows that it may fail. */
  #isHeard = false;
  #subprotocol = "";
  #lastStats = NO_STATS;
  #closed;
  #resolve;

  /**
   * `owner` is the call's line: `runInScope` runs what listens as part of the call, `handleStray`
   * takes what it throws, `handleForkEnded` hears of the end. `start(options)` begins the fork in the
   * core, and gives its number or why there is none.
   */
  constructor(options, owner, start) {
    super({ captureRejections: true });
    this.#url = withoutPassword(options.client.url);
    this.#owner = owner;
    this.#closed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const { id, code, message } = start(options);
    if (code !== "") {
      const error = codedError(code, message);
      process.nextTick(() => {
        this.#handleError({ retries: 0, waitMs: 0, httpStatus: 0 }, error);
        this.#end(error);
      });
    } else {
      this.#id = id;
      tellAtExit();
      route(id, { handleEvent: (kind, fields) => this.#handleEvent(kind, fields) });
    }
  }

  get url() {
    return this.#url;
  }

  get isConnected() {
    return this.#isConnected;
  }

  get subprotocol() {
    return this.#subprotocol;
  }

  sendText(text) {
    const checked = toText(text, "text");
    return this.#ask((id) => engine().forkText(id, checked)) ?? false;
  }

  pause() {
    this.#ask((id) => engine().pauseFork(id, true));
  }

  resume() {
    this.#ask((id) => engine().pauseFork(id, false));
  }

  mute(side, on = true) {
    if (!SIDES.includes(side)) {
      throw rangeError("side", `one of ${SIDES.join(", ")}`, side);
    }
    if (typeof on !== "boolean") {
      throw typeError("on", "a boolean", on);
    }
    this.#ask((id) => engine().muteFork(id, side === "in", on));
  }

  stop(metadata) {
    const text = metadata === undefined ? undefined : toText(metadata, "metadata");
    this.#isStopped = true;
    this.#ask((id) => engine().stopFork(id, text));
    return this.#closed;
  }

  stats() {
    return this.#ask((id) => engine().forkStats(id)) ?? { ...this.#lastStats };
  }

  async [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() {
    await this.stop();
  }

  /** An async listener rejected. */
  [Symbol.for("nodejs.rejection")](error) {
    this.#owner.handleStray(error);
  }

  #ask(ask) {
    return this.#id === null ? undefined : ask(this.#id);
  }

  #handleEvent(kind, fields) {
    switch (kind) {
      case Kind.FORK_CONNECTED:
        this.#isConnected = true;
        this.#subprotocol = fields[0];
        return this.#tell("connect", { status: "connected" });
      case Kind.FORK_DISCONNECTED:
        this.#isConnected = false;
        return this.#tell("disconnect", {
          status: "disconnected",
          message: { code: Number(fields[0]), reason: fields.slice(1).join("\n") }
        });
      case Kind.FORK_FAILED:
        return this.#handleFailed(fields);
      case Kind.MESSAGE:
        return this.#tell("message", parsed(fields.join("\n")));
      case Kind.WARNING:
        return this.#tell("warning", codedError(fields[0], fields.slice(1).join("\n")));
      case Kind.FORK_CLOSED:
        return this.#handleClosed(fields);
    }
  }

  #handleFailed([retries, waitMs, httpStatus, code, ...message]) {
    const error = codedError(code, message.join("\n"));
    const counts = { retries: Number(retries), waitMs: Number(waitMs), httpStatus: Number(httpStatus) };
    this.#handleError(counts, error);
  }

  /** Each attempt that failed is told; nobody need listen. */
  #handleError({ retries, waitMs, httpStatus }, error) {
    const message = { retries, error: error.message, wait_time: waitMs, http_status: httpStatus };
    if (this.listenerCount("error") > 0) {
      this.#isHeard = true;
      this.#tell("error", { status: "error", message }, error);
    }
  }

  #handleClosed([code, ...message]) {
    const id = this.#id;
    this.#lastStats = engine().forkStats(id) ?? NO_STATS;
    this.#id = null;
    engine().forgetFork(id);
    unroute(id);
    this.#end(code === "" ? undefined : codedError(code, message.join("\n")));
  }

  #end(error) {
    const isHeard = this.#isHeard || this.listenerCount("close") > 0;
    this.#owner.handleForkEnded(this, error);
    this.#tell("close", error);
    this.#resolve(this.stats());
    if (error !== undefined && !isHeard && !this.#isStopped) {
      // Nobody would ever know; and the call goes on.
      process.emitWarning(error);
    }
  }

  /** Tells the listeners. What one of them throws ends nothing. */
  #tell(event, ...args) {
    try {
      this.#owner.runInScope(() => this.emit(event, ...args));
    } catch (error) {
      this.#owner.handleStray(error);
    }
  }
}

function tellAtExit() {
  if (!tellsAtExit) {
    tellsAtExit = true;
    process.once("exit", () => engine().stopForks());
  }
}

function withoutPassword(url) {
  const parts = new URL(url);
  parts.password &&= "***";
  return parts.href;
}

module.exports = { Fork, kNumber };

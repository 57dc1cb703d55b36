"use strict";

const { AsyncResource } = require("node:async_hooks");
const { EventEmitter } = require("node:events");
const { inspect } = require("node:util");
const { AudioStream } = require("./audio-stream.js");
const { Kind, engine, route, unroute } = require("./engine.js");
const { codedError, systemError, typeError } = require("./errors.js");
const { Expected } = require("./expected.js");
const { Line } = require("./line.js");
const { findAddress, listenArguments } = require("./listen.js");
const { between, completed, optional } = require("./options.js");
const { Totals } = require("./totals.js");

/** Has the core listen: given where, gives what the core says of it. */
const kListen = Symbol("listen");
/** Something came in that is to become a call: given its number and what the core tells of it. */
const kArrive = Symbol("arrive");
/** A call is here: given its number, its request, and how it is treated. */
const kBegin = Symbol("begin");
/** Whether a call that goes by one of these names may come. */
const kIsWanted = Symbol("isWanted");
/** Takes the core's server of this number as its own; `isHolding` says that it keeps the process alive. */
const kAdopt = Symbol("adopt");
/** Gives an error to the server's listeners. */
const kReport = Symbol("report");
/** The number of the core's server; null before there is one. */
const kId = Symbol("id");
const kIsClosing = Symbol("isClosing");

const DRAIN_DEFAULTS = { timeout: undefined };
const DRAIN_RULES = { timeout: optional(between(0, 2 ** 31 - 1)) };

/**
 * A server whose connections become calls: what all have, whatever the calls come over.
 *
 * Those that extend it have `kListen` and `kArrive`, and call the rest.
 */
class CallServer extends EventEmitter {
  #options;
  #scope = null;
  #handler = null;
  #id = null;
  #address = null;
  #starting = false;
  /** `draining`: nobody new is let in; `closing`: the calls are being hung up. */
  #phase = "open";
  /** Whoever waits for the server's end, and what tells them. */
  #closed = null;
  #finish = null;
  #warned = false;
  #totals = new Totals();
  #unhandledErrors = 0;
  #handlerErrors = 0;
  /** What the core counted before the last close. */
  #before = { connections: 0, accepted: 0, calls: 0, dropped: 0 };
  #expected;
  /** Calls that the core let in, and that nobody expected. */
  #unexpected = 0;

  /** What the core's events and this server's calls have of it. */
  #link = {
    handleArrival: (id, fields) => this.#scope.runInAsyncScope(() => this[kArrive](id, fields)),
    handleEvent: (kind, fields) => this.#handleEvent(kind, fields),
    /** A call failed, and nobody listens to its `error`. */
    handleUnheard: (error, stream) => this.#handleUnheard(error, stream),
    /** The user's code threw or rejected: its call ends, everything else goes on. */
    handleThrow: (error, stream) => this.#handleThrow(error, stream),
    /** A call is over, and all listeners know it. */
    handleEnded: (line) => this.#totals.handleCallEnded(line),
    handleFork: (fork) => this.#totals.handleFork(fork),
    handleForkEnded: (fork, error) => this.#totals.handleForkEnded(fork, error),
    /** Calls that end now are not to wait for listeners. */
    isClosing: () => this.#phase === "closing"
  };

  /** `options` are checked and complete. */
  constructor(options) {
    super({ captureRejections: true });
    this.#options = options;
    this.#expected = new Expected(options.maxExpected, (expected) => this.#handleExpired(expected));
  }

  get listening() {
    return this.#address !== null && this.#phase === "open";
  }

  get connections() {
    return this.#stats().connections;
  }

  address() {
    return this.#address;
  }

  onConnection(handler) {
    if (typeof handler !== "function") {
      throw typeError("handler", "a function", handler);
    }
    this.#handler = handler;
    return this;
  }

  expect(context = null, options = {}) {
    return this.#expected.add(context, options);
  }

  unexpect(ref) {
    if (typeof ref !== "string") {
      throw typeError("ref", "a string", ref);
    }
    return this.#expected.take([ref]) !== null;
  }

  listen(...args) {
    const { options, callback } = listenArguments(args);
    if (this.#starting || this.#id !== null) {
      throw codedError("ERR_SERVER_ALREADY_LISTEN", "The server listens already, or is closing");
    }
    // Who listens is whose AsyncLocalStorage the calls see.
    this.#scope = new AsyncResource("CallServer", { requireManualDestroy: true });
    if (callback !== null) {
      this.once("listening", callback);
    }
    this.#starting = true;
    findAddress(options, (error, address, port) => {
      this.#bind(error, { ...options, address, port });
    });
    return this;
  }

  close() {
    if (this.#id === null) {
      this.#starting = false;
      return Promise.resolve();
    }
    if (this.#phase === "closing") {
      return this.#end();
    }
    this.#phase = "closing";
    this.#totals.lines.forEach((line) => line.handleOwnerClosing());
    engine().closeServer(this.#id);
    return this.#end();
  }

  drain(options = {}) {
    const { timeout } = completed("options", options, DRAIN_DEFAULTS, DRAIN_RULES);
    if (this.#id === null) {
      this.#starting = false;
      return Promise.resolve();
    }
    if (this.#phase === "open") {
      this.#phase = "draining";
      engine().drainServer(this.#id);
    }
    const timer = timeout === undefined ? undefined : setTimeout(() => this.close(), timeout);
    return this.#end().finally(() => clearTimeout(timer));
  }

  metrics() {
    return {
      ...this.#stats(),
      expected: this.#expected.size,
      ...this.#totals.read(),
      unhandledErrors: this.#unhandledErrors,
      handlerErrors: this.#handlerErrors,
      promptCache: engine().promptCacheStats()
    };
  }

  async [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() {
    await this.close();
  }

  /** An async listener of the server's rejected. */
  [Symbol.for("nodejs.rejection")](error, event, ...args) {
    this.#handleThrow(error, event === "connection" ? args[1] : null);
  }

  /** `names` are what the call may go by for whoever expects it. */
  [kBegin](id, request, options, facts, names = [request.ref]) {
    const expected = this.#expected.take(names);
    if (expected === null && this.#options.onlyExpected) {
      this.#refuse(id, request);
      return;
    }
    Object.assign(request, { ref: request.ref, context: undefined }, expected);
    this.#scope.runInAsyncScope(() => {
      const line = new Line(id, this.#link, options, facts);
      const stream = new AudioStream(line);
      this.#totals.handleCall(line);
      line.runInScope(() => this.#handle(line, request, stream));
    });
  }

  [kAdopt](id, isHolding) {
    const { promptCacheBytes, gatherMs } = this.#options;
    if (promptCacheBytes !== undefined) {
      engine().setPromptCache(promptCacheBytes);
    }
    if (gatherMs !== undefined) {
      engine().setGather(gatherMs);
    }
    this.#scope ??= new AsyncResource("CallServer", { requireManualDestroy: true });
    this.#id = id;
    route(id, this.#link, isHolding);
  }

  [kIsWanted](names) {
    return !this.#options.onlyExpected || names.length === 0 || names.some((name) => this.#expected.has(name));
  }

  [kReport](error, stream) {
    this.#report(error, stream);
  }

  /** The core's server, if there is one. */
  get [kId]() {
    return this.#id;
  }

  /** `close` or `drain` was called, and the last calls are ending. */
  get [kIsClosing]() {
    return this.#phase !== "open";
  }

  #handleEvent(kind, fields) {
    if (kind === Kind.CLOSED) {
      this.#handleClosed(fields.map(Number));
    } else if (kind === Kind.DROP) {
      const [code, remoteAddress, remotePort] = fields;
      this.#drop({ code, remoteAddress, remotePort: Number(remotePort) });
    } else if (kind === Kind.ERROR) {
      this.#report(systemError(Number(fields[0]), "accept"));
    }
  }

  #drop(dropped) {
    this.#totals.handleDrop(dropped.code);
    this.#emit("drop", dropped);
  }

  #handleUnheard(error, stream) {
    this.#unhandledErrors += 1;
    if (this.listenerCount("error") > 0) {
      this.#report(error, stream);
    }
  }

  #handleThrow(error, stream) {
    this.#handlerErrors += 1;
    stream?.hangup();
    this.#report(error instanceof Error ? error : thrownValue(error), stream);
  }

  /** A call that nobody expects is none. */
  #refuse(id, { remoteAddress, remotePort }) {
    this.#unexpected += 1;
    // Nobody listens to it: nothing is to be held for somebody who might.
    engine().open(id);
    engine().abandon(id);
    this.#emit("drop", { code: "ERR_UNEXPECTED", remoteAddress, remotePort });
  }

  #handleExpired(expected) {
    try {
      this.emit("expired", expected);
    } catch (error) {
      this.#handleThrow(error, null);
    }
  }

  #handle(line, request, stream) {
    const listeners = this.listenerCount("connection");
    if (this.#handler === null && listeners === 0) {
      this.#warnOfNoHandler();
      stream.hangup();
      return;
    }
    this.#emit("connection", request, stream);
    line.handleHandler(true);
    const settled = () => line.handleHandler(false);
    const failed = (error) => this.#handleThrow(error, stream);
    try {
      const result = this.#handler?.(request, stream);
      if (typeof result?.then === "function") {
        result.then(settled, failed);
        return;
      }
    } catch (error) {
      failed(error);
    }
    settled();
  }

  #bind(failure, options) {
    if (!this.#starting) {
      return;
    }
    this.#starting = false;
    const error = failure ?? this.#tryListen(options);
    process.nextTick(() => {
      this.#scope.runInAsyncScope(() => {
        if (error) {
          this.emit("error", error);
        } else if (this.listening) {
          this.emit("listening");
        }
      });
    });
  }

  /** Binds and listens. Gives the error, if there was one. */
  #tryListen({ address, port, backlog, reusePort }) {
    const bound = this[kListen]({ address, port, backlog, reusePort });
    if (bound.errno !== 0) {
      return systemError(bound.errno, "listen", { address, port });
    }
    this.#address = { address: bound.address, family: bound.family, port: bound.port };
    this[kAdopt](bound.id, true);
    return null;
  }

  #handleClosed([accepted, calls, dropped]) {
    this.#before = sum(this.#before, { connections: 0, accepted, calls, dropped });
    unroute(this.#id);
    const finish = this.#finish;
    this.#id = null;
    this.#address = null;
    this.#phase = "open";
    this.#closed = null;
    this.#finish = null;
    this.#expected.expireAll();
    this.#emit("close");
    finish?.();
  }

  /** Resolves when the server has closed. */
  #end() {
    this.#closed ??= new Promise((resolve) => {
      this.#finish = resolve;
    });
    return this.#closed;
  }

  #stats() {
    const stats = this.#id === null ? null : engine().serverStats(this.#id);
    const all = stats ? sum(this.#before, stats) : this.#before;
    return { ...all, calls: all.calls - this.#unexpected, dropped: all.dropped + this.#unexpected };
  }

  #warnOfNoHandler() {
    if (!this.#warned) {
      this.#warned = true;
      process.emitWarning("A call was hung up: the server has no connection handler", {
        code: "CALLSTREAMS_NO_HANDLER"
      });
    }
  }

  #emit(event, ...args) {
    try {
      this.#scope.runInAsyncScope(() => this.emit(event, ...args));
    } catch (error) {
      this.#handleThrow(error, event === "connection" ? args[1] : null);
    }
  }

  /** Gives an error to the server's listeners; with none, or one that throws, a warning is given. */
  #report(error, stream) {
    try {
      if (this.listenerCount("error") > 0) {
        this.emit("error", error, stream);
        return;
      }
    } catch (thrown) {
      error = thrown;
    }
    process.emitWarning(error instanceof Error ? error : thrownValue(error));
  }
}

/** Something was thrown that is no Error. */
function thrownValue(value) {
  const error = codedError("ERR_UNHANDLED_ERROR", `A handler threw ${inspect(value, { depth: 0 })}`);
  return Object.assign(error, { context: value });
}

function sum(a, b) {
  return Object.fromEntries(Object.entries(a).map(([name, value]) => [name, value + b[name]]));
}

module.exports = { CallServer, kAdopt, kArrive, kBegin, kId, kIsClosing, kIsWanted, kListen, kReport };

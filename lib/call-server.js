"use strict";

const { AsyncResource } = require("node:async_hooks");
const { EventEmitter } = require("node:events");
const { AudioStream } = require("./audio-stream.js");
const { Kind, engine, hold, route, unroute } = require("./engine.js");
const { codedError, systemError, typeError } = require("./errors.js");
const { Expected } = require("./expected.js");
const { Faults } = require("./faults.js");
const { Lifecycle } = require("./lifecycle.js");
const { LiveRefs } = require("./live-refs.js");
const { Line } = require("./line.js");
const { findAddress, listenArguments } = require("./listen.js");
const { between, completed, optional } = require("./options.js");
const { Reception } = require("./reception.js");
const { kAdopt, kArrive, kBegin, kId, kIsClosing, kIsWanted, kListen, kRefuse, kReport } = require("./server-hooks.js");
const { Totals, byCode } = require("./totals.js");

/** Of a server that does not listen. */
const NO_CONNECTIONS = { connections: 0, accepted: 0, calls: 0, acceptErrors: 0, droppedCodes: [], droppedCounts: [] };

const DRAIN_DEFAULTS = { timeout: undefined };
const DRAIN_RULES = { timeout: optional(between(0, 2 ** 31 - 1)) };

/**
 * A server whose connections become calls: what all have, whatever the calls come over.
 *
 * Those that extend it have `kListen` and `kArrive`, and call the rest of server-hooks.js.
 */
class CallServer extends EventEmitter {
  #options;
  #scope = null;
  #id = null;
  #address = null;
  #starting = false;
  #lifecycle = new Lifecycle();
  #totals = new Totals();
  #faults = new Faults(this);
  #reception = new Reception(this.#faults);
  #liveRefs;
  #expected;

  /** What the core's events and this server's calls have of it. */
  #link = {
    handleArrival: (id, fields) => this.#scope.runInAsyncScope(() => this[kArrive](id, fields)),
    handleEvent: (kind, fields) => this.#handleEvent(kind, fields),
    handleUnheard: (error, stream) => this.#faults.handleUnheard(error, stream),
    handleThrow: (error, stream) => this.#faults.handleThrow(error, stream),
    /** A call is over, and all listeners know it. */
    handleEnded: (line) => {
      this.#totals.handleCallEnded(line);
      this.#liveRefs.handleCallEnded(line);
    },
    handleFork: (fork) => this.#totals.handleFork(fork),
    handleForkEnded: (fork, error) => this.#totals.handleForkEnded(fork, error),
    /** Calls that end now are not to wait for listeners. */
    isClosing: () => this.#lifecycle.isClosing
  };

  /** `options` are checked and complete. */
  constructor(options) {
    super({ captureRejections: true });
    this.#options = options;
    this.#liveRefs = new LiveRefs(options.duplicateRef);
    this.#expected = new Expected(options.maxExpected, (expected) => this.#handleExpired(expected));
  }

  get listening() {
    return this.#address !== null && this.#lifecycle.isOpen;
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
    this.#reception.handler = handler;
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
    if (this.#lifecycle.close()) {
      this.#totals.lines.forEach((line) => line.handleOwnerClosing());
      engine().closeServer(this.#id);
    }
    return this.#end();
  }

  drain(options = {}) {
    const { timeout } = completed("options", options, DRAIN_DEFAULTS, DRAIN_RULES);
    if (this.#id === null) {
      this.#starting = false;
      return Promise.resolve();
    }
    if (this.#lifecycle.drain()) {
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
      unhandledErrors: this.#faults.unhandled,
      handlerErrors: this.#faults.thrown,
      promptCache: engine().promptCacheStats()
    };
  }

  async [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() {
    await this.close();
  }

  /** An async listener of the server's rejected. */
  [Symbol.for("nodejs.rejection")](error, event, ...args) {
    this.#faults.handleThrow(error, event === "connection" ? args[1] : null);
  }

  /** `names` are what the call may go by for whoever expects it. */
  [kBegin](id, request, options, facts, names = [request.ref]) {
    const expected = this.#expected.take(names);
    if (expected === null && this.#options.onlyExpected) {
      this[kRefuse](id, request, "ERR_UNEXPECTED");
      return;
    }
    request.ref = expected?.ref ?? request.ref;
    if (!this.#liveRefs.admits(request.ref)) {
      this[kRefuse](id, request, "ERR_DUPLICATE_REF");
      return;
    }
    request.context = expected?.context;
    this.#scope.runInAsyncScope(() => {
      const line = new Line(id, this.#link, options, facts);
      const stream = new AudioStream(line);
      this.#totals.handleCall(line);
      this.#liveRefs.handleCall(request.ref, line, stream);
      line.runInScope(() => this.#receive(line, request, stream));
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

  [kRefuse](id, { remoteAddress, remotePort }, code) {
    this.#totals.handleRefused(code);
    // Nobody listens to it: nothing is to be held for somebody who might.
    engine().open(id);
    engine().abandon(id);
    this.#emit("drop", { code, remoteAddress, remotePort });
  }

  [kIsWanted](names) {
    return !this.#options.onlyExpected || names.length === 0 || names.some((name) => this.#expected.has(name));
  }

  [kReport](error, stream) {
    this.#faults.report(error, stream);
  }

  /** The core's server, if there is one. */
  get [kId]() {
    return this.#id;
  }

  /** `close` or `drain` was called, and the last calls are ending. */
  get [kIsClosing]() {
    return !this.#lifecycle.isOpen;
  }

  #handleEvent(kind, fields) {
    if (kind === Kind.CLOSED) {
      this.#handleClosed(fields);
    } else if (kind === Kind.DROP) {
      const [code, remoteAddress, remotePort] = fields;
      this.#emit("drop", { code, remoteAddress, remotePort: Number(remotePort) });
    } else if (kind === Kind.ERROR) {
      const [errno, code, ...message] = fields;
      const error = errno === "0" ? codedError(code, message.join("\n")) : systemError(Number(errno), "accept");
      this.#faults.report(error);
    }
  }

  #handleExpired(expected) {
    try {
      this.emit("expired", expected);
    } catch (error) {
      this.#faults.handleThrow(error, null);
    }
  }

  #receive(line, request, stream) {
    const isHeard = this.listenerCount("connection") > 0;
    const tell = isHeard ? (...args) => this.#emit("connection", ...args) : null;
    this.#reception.receive(line, request, stream, tell);
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
  #tryListen({ address, port, backlog, reusePort, isAnywhere }) {
    const bound = this[kListen]({ address, port, backlog, reusePort }, isAnywhere);
    if (bound.errno !== 0) {
      return systemError(bound.errno, "listen", { address, port });
    }
    this.#address = { address: bound.address, family: bound.family, port: bound.port };
    this[kAdopt](bound.id, true);
    return null;
  }

  #handleClosed([accepted, calls, acceptErrors, ...dropped]) {
    const droppedCodes = dropped.filter((_, index) => index % 2 === 0);
    const droppedCounts = dropped.filter((_, index) => index % 2 === 1).map(Number);
    const counts = { accepted: Number(accepted), calls: Number(calls), acceptErrors: Number(acceptErrors) };
    this.#totals.handleClosed(counts, byCode({ droppedCodes, droppedCounts }));
    unroute(this.#id);
    this.#id = null;
    this.#address = null;
    const finish = this.#lifecycle.begin();
    this.#expected.expireAll();
    this.#emit("close");
    finish();
  }

  /** Resolves when the server has closed. */
  #end() {
    hold(this.#id);
    return this.#lifecycle.whenEnded();
  }

  #stats() {
    const stats = this.#id === null ? null : engine().serverStats(this.#id);
    return this.#totals.connections(stats ?? NO_CONNECTIONS);
  }

  #emit(event, ...args) {
    try {
      this.#scope.runInAsyncScope(() => this.emit(event, ...args));
    } catch (error) {
      this.#faults.handleThrow(error, event === "connection" ? args[1] : null);
    }
  }
}

module.exports = { CallServer };

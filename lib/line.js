"use strict";

const { AsyncResource } = require("node:async_hooks");
const { AudioSocketError, codedError, systemError } = require("./errors.js");
const { Kind, engine, route, unroute } = require("./engine.js");
const { Feeder } = require("./feeder.js");
const { HOLD_MS } = require("./options.js");
const outbox = require("./outbox.js");

const BYTES_PER_SAMPLE = 2;

let lastPlay = 0;

/**
 * A call of the core's, behind an AudioStream.
 *
 * `owner` is the server it came to, or whoever placed it. It hears what the call's own listeners do
 * not: `handleUnheard(error)` and `handleThrow(error, stream)`.
 */
class Line {
  /** Paths go to the core, which does not share our working directory. */
  keepsPaths = false;
  #owner;
  #options;
  #scope = new AsyncResource("AudioStream", { requireManualDestroy: true });
  #stream = null;
  #plays = new Map();
  #waiting = 0;
  #highWater = 0;
  #needsDrain = false;
  #open = false;
  #closing = false;
  #ended = false;
  #ending = null;
  #handlerRuns = false;
  #bornAt = performance.now();
  #lastStats = null;

  constructor(id, owner, options) {
    this.id = id;
    this.#owner = owner;
    this.#options = options;
    this.handleRate(options.sampleRate);
    route(id, this);
  }

  /** The stream that this line is behind. */
  attach(stream) {
    this.#stream = stream;
  }

  /** Where `onData` and its like listen. */
  get emitter() {
    return this.#stream;
  }

  /** Runs `task` as part of this call, for AsyncLocalStorage and its like. */
  runInScope(task) {
    return this.#scope.runInAsyncScope(task);
  }

  write(bytes) {
    if (this.#closing || this.#ended) {
      return false;
    }
    const fits = this.#waiting + bytes.length <= this.#highWater;
    if (fits && outbox.put(this, bytes)) {
      this.#waiting += bytes.length;
      return true;
    }
    return this.#writeNow(bytes);
  }

  play(file) {
    return this.#begin((play) => engine().playFile(this.id, play, file), { path: file });
  }

  playStream(source) {
    let feeder = null;
    const entry = { feeder: null, failure: null };
    const settled = this.#begin((play) => {
      feeder = new Feeder(source, {
        feed: (bytes) => engine().feed(this.id, play, bytes),
        end: (error) => {
          entry.failure = error;
          engine().feedEnd(this.id, play);
        }
      });
      entry.feeder = feeder;
      return engine().playFed(this.id, play);
    }, entry);
    feeder?.start();
    return settled;
  }

  stop() {
    outbox.flush();
    engine().stop(this.id);
  }

  dtmf(key) {
    outbox.flush();
    engine().dtmf(this.id, key);
  }

  hangup(drain) {
    if (this.#ended) {
      return;
    }
    outbox.flush();
    this.#closing = true;
    engine().hangup(this.id, drain);
    if (!drain) {
      // Who hangs up does not wait to hear more.
      this.#openInbox();
    }
  }

  stats() {
    return this.#lastStats ?? engine().callStats(this.id);
  }

  /** The user's handler is at work, and may not have listened to everything yet. */
  handleHandler(runs) {
    this.#handlerRuns = runs;
    this.#reconsider();
  }

  /** A listener was added. */
  handleListener(event) {
    if (event === "data") {
      this.#openInbox();
    }
    if (this.#ending !== null) {
      // Listeners are added in a row: let the others be there before the last event.
      setImmediate(() => this.#reconsider());
    }
  }

  handleThrow(error) {
    this.#owner.handleThrow(error, this.#stream);
  }

  /** The core has what was put for it; `waiting` bytes have not left. */
  handleWritten(waiting) {
    this.#waiting = waiting;
  }

  handleRate(sampleRate) {
    this.sampleRate = sampleRate;
    this.#highWater = this.#options.highWaterMark * sampleRate * BYTES_PER_SAMPLE;
  }

  handleAudio(pcm) {
    this.#emit("data", pcm);
  }

  handleEvent(kind, fields) {
    switch (kind) {
      case Kind.CONNECTED:
        return this.#owner.handleConnected(this.#stream);
      case Kind.RATE:
        return this.handleRate(Number(fields[0]));
      case Kind.DTMF:
        return this.#emit("dtmf", fields[0]);
      case Kind.PEER_ERROR:
        return this.#handleError(new AudioSocketError(Number(fields[0])));
      case Kind.ERROR:
        return this.#handleError(connectionError(fields, this.#options));
      case Kind.WARNING:
        return this.#emit("warning", codedError(fields[0], fields.slice(1).join("\n")));
      case Kind.DRAIN:
        return this.#handleDrain();
      case Kind.PLAYED:
        return this.#settle(fields);
      case Kind.HUNGRY:
        return this.#plays.get(Number(fields[0]))?.feeder.resume();
      case Kind.ENDING:
        return this.#handleEnding(() => this.#openInbox());
      case Kind.END:
        return this.#handleEnd();
    }
  }

  #writeNow(bytes) {
    outbox.flush();
    const result = engine().write(this.id, bytes);
    if (result === -1) {
      throw codedError(
        "ERR_OUTBOUND_FULL",
        `More than ${this.#options.outboundLimit} s of audio would wait to be sent; nothing was queued`
      );
    }
    this.#waiting = Math.floor(result / 2);
    this.#needsDrain = result % 2 === 1;
    return !this.#needsDrain;
  }

  #begin(start, entry) {
    lastPlay = (lastPlay + 1) >>> 0;
    const play = lastPlay;
    return new Promise((resolve, reject) => {
      Object.assign(entry, { resolve, reject });
      this.#plays.set(play, entry);
      outbox.flush();
      if (this.#ended || !start(play)) {
        this.#plays.delete(play);
        resolve({ completed: false, playedMs: 0 });
      }
    });
  }

  #settle([play, completed, playedMs, errno, syscall, message]) {
    const entry = this.#plays.get(Number(play));
    this.#plays.delete(Number(play));
    entry.feeder?.stop();
    if (errno !== undefined) {
      const failure = { path: entry.path };
      entry.reject(
        errno === "0"
          ? Object.assign(codedError("ERR_NOT_A_FILE", `${message}: ${entry.path}`), failure)
          : systemError(Number(errno), syscall, failure)
      );
    } else if (entry.failure) {
      entry.reject(entry.failure);
    } else {
      entry.resolve({ completed: completed === "1", playedMs: Number(playedMs) });
    }
  }

  #handleDrain() {
    this.#waiting = Math.min(this.#waiting, this.#highWater / 2);
    if (this.#needsDrain) {
      this.#needsDrain = false;
      this.#emit("drain");
    }
  }

  #handleError(error) {
    if (this.#stream.listenerCount("error") === 0) {
      this.#owner.handleUnheard(error, this.#stream);
    } else {
      this.#emit("error", error);
    }
  }

  #handleEnd() {
    this.#ended = true;
    this.#lastStats = engine().callStats(this.id);
    engine().forget(this.id);
    unroute(this.id);
    // Plays that were begun after the core had ended the call, before we knew.
    for (const play of [...this.#plays.keys()]) {
      this.#settle([play, "0", 0]);
    }
    this.#handleEnding(() => this.#emit("end"));
  }

  /** The call is over; `proceed` goes on with that as soon as nobody is expected to listen later. */
  #handleEnding(proceed) {
    this.#ending = proceed;
    this.#reconsider();
    if (this.#ending !== null) {
      const left = HOLD_MS - (performance.now() - this.#bornAt);
      setTimeout(() => this.#reconsider(), left).unref();
    }
  }

  #reconsider() {
    if (this.#ending !== null && !this.#mayStillListen()) {
      const proceed = this.#ending;
      this.#ending = null;
      proceed();
    }
  }

  /**
   * Whether the last audio and `end` should wait: the handler is still at work, or nobody listens
   * to anything, and the call is young.
   */
  #mayStillListen() {
    const stream = this.#stream;
    if (this.#closing || this.#owner.isClosing() || stream.listenerCount("data") > 0) {
      return false;
    }
    const busy = this.#handlerRuns || stream.listenerCount("end") === 0;
    return busy && performance.now() - this.#bornAt < HOLD_MS - 1;
  }

  #openInbox() {
    if (!this.#open) {
      this.#open = true;
      engine().open(this.id);
    }
  }

  #emit(event, argument) {
    try {
      this.#scope.runInAsyncScope(this.#stream.emit, this.#stream, event, argument);
    } catch (error) {
      this.handleThrow(error);
    }
  }
}

/** The core's word on a lost or failed connection, as Node would put it. */
function connectionError([errno, code, ...message], options) {
  if (errno !== "0") {
    const dialled = options.port === undefined ? {} : { address: options.host, port: options.port };
    return systemError(Number(errno), dialled.port === undefined ? "read" : "connect", dialled);
  }
  return codedError(code, message.join("\n"));
}

module.exports = { Line };

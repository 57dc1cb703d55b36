"use strict";

const { AsyncResource } = require("node:async_hooks");
const { AudioSocketError, codedError, connectionError } = require("./errors.js");
const { Kind, engine, route, unroute } = require("./engine.js");
const { Farewell } = require("./farewell.js");
const { Marks } = require("./marks.js");
const { WIRE_RATE } = require("./options.js");
const outbox = require("./outbox.js");
const { Plays } = require("./plays.js");
const { Rate } = require("./rate.js");
const { Recording } = require("./recording.js");

const BYTES_PER_SAMPLE = 2;

/** Who listens to these and not to `data` is not to wait for audio that nobody takes. */
const ASIDE = new Set(["dtmf", "warning", "speech", "silence"]);

/**
 * A call of the core's, behind an AudioStream.
 *
 * `owner` is the server it came to, or whoever placed it. It hears what the call's own listeners do
 * not (`handleUnheard`, `handleThrow`), and when it is over (`handleEnded`).
 */
class Line {
  /** No more audio leaves. `end` follows, in its time. */
  isEnding = false;
  /** `end` was emitted. */
  isOver = false;
  #owner;
  #options;
  #rate;
  #scope = new AsyncResource("AudioStream", { requireManualDestroy: true });
  #stream = null;
  #streams = null;
  #plays;
  #marks = new Marks();
  #waiting = 0;
  #written = 0;
  #needsDrain = false;
  #open = false;
  #closing = false;
  #ended = false;
  #handlerRuns = false;
  #farewell = new Farewell(() => this.#isAwaited());
  #lastStats = null;
  #lastProgress = null;

  constructor(id, owner, options) {
    this.id = id;
    this.#owner = owner;
    this.#options = options;
    this.#plays = new Plays(id);
    this.#rate = new Rate(id, options.sampleRate ?? WIRE_RATE);
    route(id, this);
  }

  /** The stream that this line is behind. */
  attach(stream) {
    this.#stream = stream;
  }

  /** The Node streams over this call are to hear of its error and its end. */
  watch(streams) {
    this.#streams = streams;
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
    const fits = this.#waiting + bytes.length <= this.highWater;
    if (fits && outbox.put(this, bytes)) {
      this.#waiting += bytes.length;
      this.#written += bytes.length;
      return true;
    }
    return this.#writeNow(bytes);
  }

  play(source, options) {
    outbox.flush();
    return this.#plays.begin(source, options);
  }

  stop() {
    outbox.flush();
    engine().stopAll(this.id);
  }

  clear() {
    outbox.flush();
    engine().clear(this.id);
    this.#waiting = 0;
  }

  pause(paused) {
    outbox.flush();
    engine().pause(this.id, paused);
  }

  mark(name) {
    if (this.#ended) {
      return;
    }
    const mark = this.#marks.add(name);
    outbox.flush();
    engine().mark(this.id, mark);
  }

  /**
   * Calls `done` when all that was written before has left or was cleared; never, if the call ends
   * first, or where a mark cannot tell: it stands behind what plays, too, which may play for ever.
   */
  whenLeft(done) {
    if (this.#plays.isEmpty && this.#marks.hasRoom) {
      this.mark(done);
    }
  }

  /** Whether `write` takes anything. */
  get takes() {
    return !this.#closing && !this.isEnding;
  }

  /** Bytes of what was written: those that wait, and those that have left or were cleared. */
  get levels() {
    outbox.flush();
    const queued = this.stats().queuedBytesOut;
    return { queued, gone: this.#written - queued };
  }

  /** Samples a second of what is heard and written. */
  get sampleRate() {
    return this.#rate.hz;
  }

  /** Bytes above which `write` gives false. */
  get highWater() {
    const seconds = Math.min(this.#options.highWaterMark, this.#options.outboundLimit);
    return seconds * this.sampleRate * BYTES_PER_SAMPLE;
  }

  /** Bytes of heard audio that may wait for a reader. */
  get inboundLimit() {
    return this.#options.inboundLimit * this.sampleRate * BYTES_PER_SAMPLE;
  }

  get progress() {
    const [playedMs, queuedMs] = this.#lastProgress ?? this.#flushedProgress();
    return { playedMs, queuedMs };
  }

  setSampleRate(hz) {
    if (this.#ended) {
      return;
    }
    outbox.flush();
    const change = this.#rate.choose(hz);
    if (change !== null) {
      this.#waiting = change.waiting;
      this.#written *= change.ratio;
      this.#streams?.handleRate(change.ratio);
    }
  }

  dtmf(key) {
    outbox.flush();
    engine().dtmf(this.id, key);
  }

  hangup(drain) {
    if (this.#ended) {
      // Its end may still be held for a listener: whoever hangs up is none.
      this.#closing = true;
      this.#farewell.reconsider();
      return;
    }
    outbox.flush();
    this.#closing = true;
    engine().hangup(this.id, drain);
    if (!drain) {
      // Who hangs up does not wait to hear more.
      this.#openInbox();
      this.#beginEnding();
    }
  }

  record(options) {
    outbox.flush();
    return new Recording(options, (native) => engine().record(this.id, native));
  }

  /** Nobody wants the call any more that is being placed. */
  abandon() {
    engine().abandon(this.id);
    unroute(this.id);
  }

  stats() {
    return this.#lastStats ?? engine().callStats(this.id);
  }

  /** The user's handler is at work, and may not have listened to everything yet. */
  handleHandler(runs) {
    this.#handlerRuns = runs;
    this.#farewell.reconsider();
  }

  /** A listener was added. */
  handleListener(event) {
    if (event === "data") {
      this.#openInbox();
    } else if (ASIDE.has(event) && !this.#open) {
      engine().openForControl(this.id);
    }
    this.#farewell.reconsiderSoon();
  }

  /** The server closes: whoever has not listened yet will not. */
  handleOwnerClosing() {
    this.#beginEnding();
    this.#farewell.reconsider();
  }

  handleThrow(error) {
    this.#owner.handleThrow(error, this.#stream);
  }

  /** The core has what was put for it; `waiting` bytes have not left. */
  handleWritten(waiting) {
    this.#waiting = waiting;
  }

  handleAudio(pcm) {
    const heard = this.#rate.heard(pcm);
    if (heard.length > 0) {
      this.#emit("data", heard);
    }
  }

  handleEvent(kind, fields) {
    switch (kind) {
      case Kind.CONNECTED:
        return this.#owner.handleConnected(this.#stream);
      case Kind.RATE:
        return this.#rate.handleWire(Number(fields[0]));
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
        return this.#handlePlayed(fields);
      case Kind.MARK:
        return this.#handleMark(Number(fields[0]), fields[1] === "1");
      case Kind.SPEECH:
        return this.#emit("speech", { startMs: Number(fields[0]) });
      case Kind.SILENCE:
        return this.#handleSilence(Number(fields[0]), Number(fields[1]));
      case Kind.HUNGRY:
        return this.#plays.handleHungry(Number(fields[0]));
      case Kind.ENDING:
        this.#beginEnding();
        return this.#farewell.begin(() => this.#openInbox());
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
    this.#written += bytes.length;
    this.#waiting = Math.floor(result / 2);
    const isAbove = result % 2 === 1;
    // Whoever was told to wait before still waits.
    this.#needsDrain ||= isAbove;
    return !isAbove;
  }

  #handlePlayed([play, completed, playedMs, errno, cause, ...message]) {
    const failure =
      errno === undefined ? null : { errno: Number(errno), cause, message: message.join("\n") };
    const result = { completed: completed === "1", playedMs: Number(playedMs) };
    this.#plays.handleSettled(Number(play), result, failure);
  }

  #handleMark(mark, cleared) {
    const name = this.#marks.take(mark);
    if (typeof name === "function") {
      name();
    } else {
      this.#emit("mark", name, { cleared });
    }
  }

  #handleSilence(startMs, endMs) {
    this.#emit("silence", { startMs, endMs, ms: endMs - startMs });
  }

  #flushedProgress() {
    outbox.flush();
    return engine().progress(this.id);
  }

  #handleDrain() {
    this.#waiting = Math.min(this.#waiting, this.highWater / 2);
    if (this.#needsDrain) {
      this.#needsDrain = false;
      this.#emit("drain");
    }
  }

  #handleError(error) {
    const isHeard = this.runInScope(() => this.#streams?.handleError(error));
    if (this.#stream.listenerCount("error") > 0) {
      this.#emit("error", error);
    } else if (!isHeard) {
      this.#owner.handleUnheard(error, this.#stream);
    }
  }

  /** Audio that has not left will not. */
  #beginEnding() {
    this.isEnding = true;
    this.runInScope(() => this.#streams?.handleEnding());
  }

  #handleEnd() {
    this.#ended = true;
    this.#beginEnding();
    this.#lastStats = engine().callStats(this.id);
    this.#lastProgress = engine().progress(this.id);
    engine().forget(this.id);
    unroute(this.id);
    this.#plays.handleEnd();
    this.#farewell.begin(() => {
      this.#owner.handleEnded(this);
      this.isOver = true;
      this.runInScope(() => this.#streams?.handleEnd());
      this.#emit("end");
    });
  }

  /** Whether somebody may yet listen: the handler is still at work, or nobody listens to anything. */
  #isAwaited() {
    const stream = this.#stream;
    if (this.#closing || this.#owner.isClosing() || stream.listenerCount("data") > 0) {
      return false;
    }
    return this.#handlerRuns || stream.listenerCount("end") === 0;
  }

  #openInbox() {
    if (!this.#open) {
      this.#open = true;
      engine().open(this.id);
    }
  }

  #emit(event, ...args) {
    try {
      this.#scope.runInAsyncScope(this.#stream.emit, this.#stream, event, ...args);
    } catch (error) {
      this.handleThrow(error);
    }
  }
}

module.exports = { Line };

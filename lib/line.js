"use strict";

const { AsyncResource } = require("node:async_hooks");
const { Audience } = require("./audience.js");
const { BYTES_PER_SAMPLE } = require("./bytes.js");
const { countsOf } = require("./counts.js");
const { engine, route, unroute } = require("./engine.js");
const { codedError } = require("./errors.js");
const { Fork } = require("./fork.js");
const { LineEvents } = require("./line-events.js");
const { Marks } = require("./marks.js");
const { AUDIOSOCKET } = require("./facts.js");
const outbox = require("./outbox.js");
const { Plays } = require("./plays.js");
const { Rate } = require("./rate.js");
const { Recording } = require("./recording.js");
const { Written } = require("./written.js");

/**
 * A call of the core's, behind an AudioStream.
 *
 * `owner` is the server it came to, or whoever placed it. It hears what the call's own listeners do
 * not (`handleUnheard`, `handleThrow`), of its forks (`handleFork`, `handleForkEnded`), and when it
 * is over (`handleEnded`).
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
  #written;
  #audience;
  #closing = false;
  #ended = false;
  /** Why it failed, if it did. */
  #error = null;
  /** What was counted at the call's end. */
  #last = null;
  #facts;

  /** `facts` are what is known of a call over WebSocket that has begun. */
  constructor(id, owner, options, facts = AUDIOSOCKET) {
    this.id = id;
    this.#owner = owner;
    this.#options = options;
    this.#facts = facts;
    this.#plays = new Plays(id);
    this.#rate = new Rate(id, options.sampleRate ?? facts.sampleRate);
    this.#written = new Written(id, this.#rate, options);
    this.#audience = new Audience(id, () => this.#closing || owner.isClosing());
    const parts = { plays: this.#plays, marks: this.#marks, written: this.#written, rate: this.#rate };
    route(id, new LineEvents(this, parts, options));
  }

  /** The stream that this line is behind. */
  attach(stream) {
    this.#stream = stream;
    this.#audience.attach(stream);
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

  /** What the peer's dialect can do. */
  get capabilities() {
    return this.#facts.capabilities;
  }

  /** Voices in what is heard. */
  get channels() {
    return this.#facts.channels;
  }

  /** Throws where the peer's dialect cannot do this. */
  need(capability) {
    const { dialect, capabilities } = this.#facts;
    if (!capabilities[capability]) {
      throw codedError("ERR_NOT_SUPPORTED", `${dialect} has no way for "${capability}"`);
    }
  }

  write(bytes) {
    this.need("audio");
    return !this.#closing && !this.#ended && this.#written.write(bytes);
  }

  /**
   * The rate of streams whose rate nobody told, in a call whose rate the app never asked for: apps for
   * @fonoster/streams know none but 8 kHz. Undefined where there is no such rate.
   */
  get untoldRate() {
    return this.#options.sampleRate ?? (this.#facts === AUDIOSOCKET ? AUDIOSOCKET.sampleRate : undefined);
  }

  play(source, options) {
    this.need("audio");
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
    this.#written.handleClear();
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
    return { queued, gone: this.#written.gone(queued) };
  }

  /** Samples a second of what is heard and written. */
  get sampleRate() {
    return this.#rate.hz;
  }

  /** Bytes above which `write` gives false. */
  get highWater() {
    return this.#written.highWater;
  }

  /** Bytes of heard audio that may wait for a reader. */
  get inboundLimit() {
    return this.#options.inboundLimit * this.sampleRate * BYTES_PER_SAMPLE * this.channels;
  }

  get progress() {
    outbox.flush();
    return (this.#last ?? countsOf(this.id)).progress;
  }

  setSampleRate(hz) {
    if (this.#ended) {
      return;
    }
    outbox.flush();
    const change = this.#rate.choose(hz);
    if (change !== null) {
      this.#written.handleRate(change);
      this.#streams?.handleRate(change.ratio);
    }
  }

  dtmf(key) {
    this.need("sendDtmf");
    outbox.flush();
    if (!engine().dtmf(this.id, key)) {
      throw codedError("ERR_OUTBOUND_FULL", "Too many keys would wait to be sent; this one was not queued");
    }
  }

  /** Text for the far end. False if the call is over. */
  sendText(text) {
    this.need("text");
    outbox.flush();
    if (this.#ended) {
      return false;
    }
    if (!engine().sendText(this.id, text)) {
      throw codedError("ERR_OUTBOUND_FULL", "Too many messages would wait to be sent; nothing was queued");
    }
    return true;
  }

  answer() {
    this.need("answer");
    engine().answerCall(this.id);
  }

  hangup(drain) {
    if (this.#ended) {
      // Its end may still be held for a listener: whoever hangs up is none.
      this.#closing = true;
      this.#audience.reconsider();
      return;
    }
    outbox.flush();
    this.#closing = true;
    engine().hangup(this.id, drain);
    if (!drain) {
      // Who hangs up does not wait to hear more.
      this.#audience.open();
      this.#beginEnding();
    }
  }

  record(options) {
    outbox.flush();
    return new Recording(options, (native) => engine().record(this.id, native));
  }

  fork(options) {
    outbox.flush();
    const fork = new Fork(options, this, (native) => engine().fork(this.id, native));
    this.#owner.handleFork(fork);
    return fork;
  }

  /** Nobody wants the call any more that is being placed. */
  abandon() {
    engine().abandon(this.id);
    unroute(this.id);
  }

  stats() {
    return (this.#last ?? countsOf(this.id)).stats;
  }

  /** The same, with what slow readers of its Node streams have lost. */
  counts() {
    const stats = this.stats();
    return this.#streams === null ? stats : this.#streams.addTo(stats);
  }

  /** The user's handler is at work, and may not have listened to everything yet. */
  handleHandler(runs) {
    this.#audience.handleHandler(runs);
  }

  /** A listener was added. */
  handleListener(event) {
    this.#audience.handleListener(event);
  }

  /** The server closes: whoever has not listened yet will not. */
  handleOwnerClosing() {
    this.#beginEnding();
    this.#audience.reconsider();
  }

  handleThrow(error) {
    this.#owner.handleThrow(error, this.#stream);
  }

  /** The call over WebSocket that was placed is up. */
  handleBegun(facts) {
    this.#facts = facts;
    this.#rate.handleWire(facts.sampleRate);
    this.handleConnected();
  }

  /** A listener of something beside the call threw: the call goes on. */
  handleStray(error) {
    this.#owner.handleThrow(error, null);
  }

  /** A fork is over, for this reason if it failed. */
  handleForkEnded(fork, error) {
    this.#owner.handleForkEnded(fork, error);
  }

  /** The call that was placed is up. */
  handleConnected() {
    this.#owner.handleConnected(this.#stream, this);
  }

  /** The call failed. */
  handleError(error) {
    this.#error ??= error;
    this.#tellError(error);
  }

  /** Something that was asked of the call failed, and nobody waits for it. */
  handleUnawaited(error) {
    if (error?.name !== "AbortError") {
      this.#tellError(error);
    }
  }

  #tellError(error) {
    const isHeard = this.runInScope(() => this.#streams?.handleError(error));
    if (this.#stream.listenerCount("error") > 0) {
      this.emit("error", error);
    } else if (!isHeard) {
      this.#owner.handleUnheard(error, this.#stream);
    }
  }

  /** The call is over, and something is held for a listener. */
  handleEnding() {
    this.#beginEnding();
    this.#audience.takeLeave(() => this.#audience.open());
  }

  /** The call is over, and its last event is here. */
  handleEnd() {
    this.#ended = true;
    this.#beginEnding();
    this.#last = countsOf(this.id);
    engine().forget(this.id);
    unroute(this.id);
    this.#plays.handleEnd(this.#error);
    this.#audience.takeLeave(() => {
      this.#owner.handleEnded(this);
      this.isOver = true;
      this.runInScope(() => this.#streams?.handleEnd());
      this.emit("end");
    });
  }

  /** Tells the listeners, as part of this call. What one of them throws is the owner's. */
  emit(event, ...args) {
    try {
      this.#scope.runInAsyncScope(this.#stream.emit, this.#stream, event, ...args);
    } catch (error) {
      this.handleThrow(error);
    }
  }

  /** Audio that has not left will not. */
  #beginEnding() {
    this.isEnding = true;
    this.runInScope(() => this.#streams?.handleEnding());
  }
}

module.exports = { Line };

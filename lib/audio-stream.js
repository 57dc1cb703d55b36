"use strict";

const { EventEmitter } = require("node:events");
const { toPcm } = require("./bytes.js");
const { CallPromise } = require("./call-promise.js");
const { CallDuplex, CallReadable, CallWritable } = require("./call-streams.js");
const { rangeError, typeError } = require("./errors.js");
const { forkOptions } = require("./fork-options.js");
const { Line } = require("./line.js");
const { NodeStreams } = require("./node-streams.js");
const { checkSampleRate } = require("./options.js");
const { toText } = require("./messages.js");
const { playOptions, streamOptions } = require("./play-options.js");
const { recordOptions } = require("./recording.js");
const { toReadable, toSource } = require("./source.js");
const { split } = require("./split.js");
const { EventType } = require("./types.js");

const DIGIT = /^[0-9*#A-D]$/i;

/** Whether what is said still leaves: nobody has hung up. */
const kTakes = Symbol("takes");

/**
 * A call's live audio in both directions. The API is described in index.d.ts.
 *
 * The stream is the face; behind it is a line, which is either the core's or a pair of Node objects
 * that was passed in.
 */
class AudioStream extends EventEmitter {
  #line;
  #streams = null;
  /** The app has asked for the call's rate, or set it. */
  #knowsRate = false;

  constructor(readable, socket) {
    super({ captureRejections: true });
    this.#line = readable instanceof Line ? readable : pairLine(readable, socket);
    this.#line.attach(this);
  }

  get sampleRate() {
    this.#knowsRate = true;
    return this.#line.sampleRate;
  }

  setSampleRate(hz) {
    checkSampleRate("hz", hz);
    this.#knowsRate = true;
    this.#line.setSampleRate(hz);
  }

  get [kTakes]() {
    return this.#line.takes;
  }

  write(pcm) {
    return this.#line.write(toPcm("pcm", pcm));
  }

  play(source, options) {
    return this.#promise(options?.signal, async () => this.#line.play(toSource(source), playOptions(options)));
  }

  playStream(readable, options) {
    return this.#promise(options?.signal, async () => {
      const source = { readable: toReadable(readable) };
      const { sampleRate, untoldRate = sampleRate } = this.#line;
      return this.#line.play(source, streamOptions(options, sampleRate, this.#knowsRate ? sampleRate : untoldRate));
    });
  }

  stop() {
    this.#line.stop();
  }

  clear() {
    this.#line.clear();
    this.#streams?.handleClear();
  }

  pause() {
    this.#line.pause(true);
  }

  resume() {
    this.#line.pause(false);
  }

  mark(name) {
    if (typeof name !== "string") {
      throw typeError("name", "a string", name);
    }
    this.#line.mark(name);
  }

  get playedMs() {
    return this.#line.progress.playedMs;
  }

  get queuedMs() {
    return this.#line.progress.queuedMs;
  }

  dtmf(digits) {
    if (typeof digits !== "string") {
      throw typeError("digits", "a string", digits);
    }
    const keys = [...digits];
    const wrong = keys.find((key) => !DIGIT.test(key));
    if (wrong !== undefined || keys.length === 0) {
      throw rangeError("digits", "keys of 0-9 * # A-D", digits);
    }
    for (const key of keys) {
      this.#line.dtmf(key.charCodeAt(0));
    }
  }

  get channels() {
    return this.#line.channels;
  }

  get capabilities() {
    return this.#line.capabilities;
  }

  send(message) {
    return this.#line.sendText(toText(message));
  }

  answer() {
    this.#line.answer();
  }

  split() {
    return split(this, this.#line.isOver);
  }

  hangup(options) {
    this.#line.hangup(options?.drain === true);
  }

  record(file, options) {
    return this.#line.record(recordOptions(file, options));
  }

  fork(url, options) {
    return this.#line.fork(forkOptions(url, options));
  }

  stats() {
    const stats = this.#line.stats();
    return this.#streams === null ? stats : this.#streams.addTo(stats);
  }

  get readable() {
    return this.#nodeStreams.current(CallReadable);
  }

  get writable() {
    return this.#nodeStreams.current(CallWritable);
  }

  get duplex() {
    return this.#nodeStreams.current(CallDuplex);
  }

  [Symbol.asyncIterator]() {
    return this.#nodeStreams.iterate();
  }

  async [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() {
    this.#line.hangup(false);
    await this.#nodeStreams.ended();
  }

  onData(callback) {
    return this.#listen(EventType.DATA, callback);
  }

  onClose(callback) {
    return this.#listen(EventType.END, callback);
  }

  onError(callback) {
    return this.#listen(EventType.ERROR, callback);
  }

  onDtmf(callback) {
    return this.#listen("dtmf", callback);
  }

  on(event, listener) {
    super.on(event, listener);
    this.#line?.handleListener(event);
    return this;
  }

  prependListener(event, listener) {
    super.prependListener(event, listener);
    this.#line?.handleListener(event);
    return this;
  }

  /** An async listener rejected. */
  [Symbol.for("nodejs.rejection")](error) {
    this.#line.handleThrow(error);
  }

  get #nodeStreams() {
    this.#streams ??= new NodeStreams(this, this.#line);
    return this.#streams;
  }

  /** What `start` gives; its failure is the call's error where nobody awaits it, nor asked for it by `signal`. */
  #promise(signal, start) {
    return CallPromise.of(start(), (error) => {
      if (signal?.aborted !== true) {
        this.#line.handleUnawaited(error);
      }
    });
  }

  #listen(event, callback) {
    this.#line.emitter.on(event, callback);
    return this;
  }
}

AudioStream.prototype.addListener = AudioStream.prototype.on;

/** Few make a stream of their own: what that takes is loaded for those. */
function pairLine(readable, socket) {
  const { PairLine } = require("./pair-line.js");
  return new PairLine(readable, socket);
}

module.exports = { AudioStream, kTakes };

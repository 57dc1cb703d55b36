"use strict";

const { codedError, rangeError, typeError } = require("./errors.js");
const { AUDIOSOCKET } = require("./facts.js");
const { BYTES_PER_MS, PairPlays } = require("./pair-plays.js");
const { MAXIMUM_MESSAGE_LENGTH, MINIMUM_MESSAGE_LENGTH, MessageType } = require("./types.js");

const SAMPLE_RATE = 8000;
const SECOND_BYTES = 1000 * BYTES_PER_MS;

/** What is not counted here: the readable and the socket have it. */
const NO_STATS = {
  framesIn: 0,
  bytesIn: 0,
  droppedFramesIn: 0,
  droppedBytesIn: 0,
  unknownKinds: 0,
  malformed: 0,
  fastAudioMs: 0,
  framesOut: 0,
  bytesOut: 0,
  queuedBytesOut: 0,
  lateFrames: 0,
  underruns: 0
};

const FORWARDED = new Set(["data", "end", "error"]);

/**
 * A pair of Node objects behind an AudioStream: `readable` says what the peer says, and messages of
 * the protocol are written to `socket`. Everything happens in JavaScript, at 8 kHz.
 */
class PairLine {
  sampleRate = SAMPLE_RATE;
  highWater = SECOND_BYTES;
  inboundLimit = 5 * SECOND_BYTES;
  isOver = false;
  channels = AUDIOSOCKET.channels;
  capabilities = AUDIOSOCKET.capabilities;
  #readable;
  #socket;
  #stream = null;
  #forwarded = new Set();
  #plays = new PairPlays((frame) => this.#send(frame));
  #framesOut = 0;
  #bytesOut = 0;
  #hungUp = false;

  constructor(readable, socket) {
    if (typeof readable?.on !== "function") {
      throw typeError("readable", "a Readable", readable);
    }
    if (typeof socket?.write !== "function") {
      throw typeError("socket", "a Writable", socket);
    }
    this.#readable = readable;
    this.#socket = socket;
  }

  attach(stream) {
    this.#stream = stream;
  }

  /** The Node streams over the pair are to hear of its error and its end. */
  watch(streams) {
    const over = () => {
      if (!this.isOver) {
        this.isOver = true;
        streams.handleEnd();
      }
    };
    for (const side of new Set([this.#readable, this.#socket])) {
      side.on?.("end", over).on("close", over);
      side.on?.("error", (error) => {
        if (!streams.handleError(error) && side.listenerCount("error") === 1) {
          this.handleThrow(error);
        }
      });
    }
    if (this.#hungUp || this.#readable.readableEnded || this.#readable.destroyed || this.#socket.destroyed) {
      over();
    }
  }

  /** Where `onData` and its like listen. */
  get emitter() {
    return this.#readable;
  }

  write(bytes) {
    return !this.#hungUp && this.#send(bytes);
  }

  play(source, options) {
    return this.#plays.begin(source, options);
  }

  stop() {
    this.#plays.stop();
  }

  /** What was written has left already. */
  clear() {
    this.stop();
  }

  sendText() {
    throw codedError("ERR_NOT_SUPPORTED", "A pair of streams takes no text");
  }

  answer() {
    throw codedError("ERR_NOT_SUPPORTED", "A pair of streams cannot be answered");
  }

  pause(paused) {
    this.#plays.pause(paused);
  }

  mark(name) {
    const passed = ({ completed }) => this.#stream.emit("mark", name, { cleared: !completed });
    // A source that failed has played what it had.
    this.#plays.settled.catch(() => ({ completed: true })).then(passed);
  }

  /** Calls `done` when the socket has taken all that was written. */
  whenLeft(done) {
    if (this.levels.queued === 0) {
      done();
    }
  }

  get takes() {
    return !this.#hungUp && !this.isOver;
  }

  get isEnding() {
    return this.isOver;
  }

  /** As a line of the core's; here it is the socket that audio waits in. */
  get levels() {
    const queued = this.#socket.writableLength ?? 0;
    return { queued, gone: this.#bytesOut - queued };
  }

  get progress() {
    return { playedMs: this.#bytesOut / BYTES_PER_MS, queuedMs: 0 };
  }

  /** Nothing here converts. */
  setSampleRate(hz) {
    if (hz !== SAMPLE_RATE) {
      throw rangeError("hz", `${SAMPLE_RATE} over a pair of objects`, hz);
    }
  }

  record() {
    throw codedError("ERR_NOT_RECORDABLE", "Only a call of a server or of connect can be recorded");
  }

  fork() {
    throw codedError("ERR_NOT_FORKABLE", "Only a call of a server or of connect can be forked");
  }

  dtmf(key) {
    if (this.#hungUp) {
      return;
    }
    this.#socket.write(Buffer.from([MessageType.DTMF, 0, 1, key]));
  }

  hangup() {
    if (this.#hungUp) {
      return;
    }
    this.#hungUp = true;
    this.#plays.close();
    this.#socket.write(Buffer.from([MessageType.HANGUP, 0, 0]));
    this.#socket.end();
    this.#readable.emit("end");
  }

  stats() {
    return { ...NO_STATS, framesOut: this.#framesOut, bytesOut: this.#bytesOut };
  }

  /** Listeners on the stream hear what the readable says. */
  handleListener(event) {
    if (FORWARDED.has(event) && !this.#forwarded.has(event)) {
      this.#forwarded.add(event);
      this.#readable.on(event, (...args) => this.#stream.emit(event, ...args));
    }
  }

  /** Something that was asked of the call failed, and nobody waits for it. */
  handleUnawaited(error) {
    if (error?.name === "AbortError") {
      return;
    }
    if (this.#stream.listenerCount("error") > 0) {
      this.#stream.emit("error", error);
    } else {
      process.emitWarning(error);
    }
  }

  handleThrow(error) {
    process.nextTick(() => {
      throw error;
    });
  }

  #send(bytes) {
    let room = true;
    const most = MAXIMUM_MESSAGE_LENGTH - 1;
    for (let start = 0; start < bytes.length; start += most) {
      const piece = bytes.subarray(start, start + most);
      const message = Buffer.allocUnsafe(MINIMUM_MESSAGE_LENGTH + piece.length);
      message[0] = MessageType.SLIN;
      message.writeUInt16BE(piece.length, 1);
      message.set(piece, MINIMUM_MESSAGE_LENGTH);
      room = this.#socket.write(message);
      this.#framesOut += 1;
      this.#bytesOut += piece.length;
    }
    return room;
  }

}

module.exports = { PairLine };

"use strict";

const fs = require("node:fs");
const { codedError, rangeError, typeError } = require("./errors.js");
const { Feeder } = require("./feeder.js");
const { MAXIMUM_MESSAGE_LENGTH, MINIMUM_MESSAGE_LENGTH, MessageType } = require("./types.js");

const SAMPLE_RATE = 8000;
const FRAME_BYTES = 320;
const FRAME_MS = 20;
const BYTES_PER_MS = FRAME_BYTES / FRAME_MS;

/** A stream's source is paused while this much of it waits. */
const ENOUGH_BYTES = 50 * FRAME_BYTES;

/** What is not counted here: the readable and the socket have it. */
const NO_STATS = {
  framesIn: 0,
  bytesIn: 0,
  droppedFramesIn: 0,
  droppedBytesIn: 0,
  unknownKinds: 0,
  malformed: 0,
  framesOut: 0,
  bytesOut: 0,
  queuedBytesOut: 0,
  lateFrames: 0,
  underruns: 0
};

const SECOND_BYTES = 50 * FRAME_BYTES;

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
  #readable;
  #socket;
  #stream = null;
  #forwarded = new Set();
  #playback = null;
  #framesOut = 0;
  #bytesOut = 0;
  #hungUp = false;
  #paused = false;

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

  play({ path, bytes, readable }, { signal }) {
    signal?.throwIfAborted();
    const settled = readable ? this.#playReadable(readable) : this.#playBytes(path, bytes);
    if (signal) {
      const playback = this.#playback;
      const abort = () => {
        playback.failure = signal.reason;
        this.#settle(playback, false);
      };
      signal.addEventListener("abort", abort, { once: true });
      const settle = () => signal.removeEventListener("abort", abort);
      settled.then(settle, settle);
    }
    return settled;
  }

  stop() {
    this.#settle(this.#playback, false);
  }

  /** What was written has left already. */
  clear() {
    this.stop();
  }

  pause(paused) {
    this.#paused = paused;
    if (this.#playback !== null && !paused) {
      this.#playback.next = performance.now();
      this.#tick(this.#playback);
    }
  }

  mark(name) {
    const passed = ({ completed }) => this.#stream.emit("mark", name, { cleared: !completed });
    const last = this.#playback?.settled ?? Promise.resolve({ completed: true });
    // A source that failed has played what it had.
    last.catch(() => ({ completed: true })).then(passed);
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
    this.stop();
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

  handleThrow(error) {
    process.nextTick(() => {
      throw error;
    });
  }

  /** A file is read at once and whole, as callers that stand in for the file system expect. */
  #playBytes(path, bytes) {
    const pcm = bytes ?? fs.readFileSync(path);
    return this.#begin((playback) => {
      playback.pcm.push(pcm);
      playback.ended = true;
    });
  }

  #playReadable(readable) {
    const feeder = new Feeder(readable);
    return this.#begin((playback) => {
      playback.feeder = feeder;
      feeder.start({
        feed: (bytes) => this.#feed(playback, bytes),
        end: (error) => {
          playback.ended = true;
          playback.failure = error;
          this.#tick(playback);
        }
      });
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

  #begin(start) {
    this.stop();
    if (this.#hungUp) {
      return Promise.resolve({ completed: false, playedMs: 0 });
    }
    const playback = {
      pcm: [],
      waiting: 0,
      ended: false,
      failure: null,
      feeder: null,
      playedBytes: 0,
      next: performance.now(),
      timer: null
    };
    playback.settled = new Promise((resolve, reject) => Object.assign(playback, { resolve, reject }));
    this.#playback = playback;
    start(playback);
    this.#tick(playback);
    return playback.settled;
  }

  #feed(playback, bytes) {
    playback.pcm.push(Buffer.from(bytes));
    playback.waiting += bytes.length;
    this.#tick(playback);
    return playback.waiting >= ENOUGH_BYTES;
  }

  /** Sends what is due, and comes back when the next frame is. */
  #tick(playback) {
    if (playback !== this.#playback || playback.timer !== null || this.#paused) {
      return;
    }
    const frame = takeFrame(playback);
    if (frame === null) {
      if (playback.ended) {
        this.#settle(playback, true);
      }
      return;
    }
    this.#send(frame);
    playback.playedBytes += frame.length;
    playback.next = Math.max(playback.next, performance.now() - FRAME_MS) + FRAME_MS;
    playback.timer = setTimeout(() => {
      playback.timer = null;
      this.#tick(playback);
    }, playback.next - performance.now());
    if (playback.waiting < ENOUGH_BYTES / 2) {
      playback.feeder?.resume();
    }
  }

  #settle(playback, completed) {
    if (playback === null || playback !== this.#playback) {
      return;
    }
    this.#playback = null;
    clearTimeout(playback.timer);
    playback.feeder?.stop();
    if (playback.failure) {
      playback.reject(playback.failure);
    } else {
      playback.resolve({ completed, playedMs: playback.playedBytes / BYTES_PER_MS });
    }
  }
}

/** The next frame of a playback, its last piece, or null. */
function takeFrame(playback) {
  const [first] = playback.pcm;
  if (first === undefined) {
    return null;
  }
  if (first.length < FRAME_BYTES && playback.pcm.length > 1) {
    playback.pcm = [Buffer.concat(playback.pcm)];
    return takeFrame(playback);
  }
  if (first.length < FRAME_BYTES && !playback.ended) {
    return null;
  }
  const frame = first.subarray(0, FRAME_BYTES);
  const rest = first.subarray(FRAME_BYTES);
  playback.pcm.splice(0, 1, ...(rest.length > 0 ? [rest] : []));
  playback.waiting = Math.max(0, playback.waiting - frame.length);
  return frame;
}

module.exports = { PairLine };

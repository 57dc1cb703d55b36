"use strict";

const { CallReadable, kEnd, kOut } = require("./call-streams.js");
const { codedError } = require("./errors.js");

/** The Node streams over one call, which none of them hangs up. */
class NodeStreams {
  /** The call, as its users have it and as what is behind it. */
  audio;
  line;
  /** What slow readers have lost. */
  #dropped = { frames: 0, bytes: 0 };
  /** One of each class. */
  #current = new Map();
  /** All that have not closed, also those of iterators. */
  #open = new Set();
  #waitForEnd = [];

  constructor(audio, line) {
    this.audio = audio;
    this.line = line;
    line.watch(this);
  }

  /** The stream of a kind: the same until it has closed, then another while the call lasts. */
  current(Stream) {
    if (!this.#current.has(Stream)) {
      this.#current.set(Stream, new Stream(this));
      this.#current.get(Stream).once("close", () => this.line.isOver || this.#current.delete(Stream));
    }
    return this.#current.get(Stream);
  }

  /** A reader of its own. */
  iterate() {
    return new CallReadable(this)[Symbol.asyncIterator]();
  }

  /** Resolves when the call is over. */
  ended() {
    return new Promise((resolve) => {
      if (this.line.isOver) {
        resolve();
      } else {
        this.#waitForEnd.push(resolve);
      }
    });
  }

  handleOpen(stream) {
    if (this.line.isOver) {
      stream[kEnd]();
    } else {
      this.#open.add(stream);
    }
  }

  handleClose(stream) {
    this.#open.delete(stream);
  }

  /** A slow reader has lost a frame. */
  handleDropped(bytes) {
    this.#dropped.frames += 1;
    this.#dropped.bytes += bytes;
  }

  /** Gives `stats` with what slow readers have lost. */
  addTo(stats) {
    return {
      ...stats,
      droppedFramesIn: stats.droppedFramesIn + this.#dropped.frames,
      droppedBytesIn: stats.droppedBytesIn + this.#dropped.bytes
    };
  }

  /** `AudioStream.clear` was called. */
  handleClear() {
    this.#open.forEach((stream) => stream[kOut]?.handleClear());
  }

  /** A byte of what was written is now `ratio` bytes. */
  handleRate(ratio) {
    this.#open.forEach((stream) => stream[kOut]?.handleRate(ratio));
  }

  /** The call failed. True if a stream has told a listener. */
  handleError(error) {
    const open = [...this.#open];
    const isHeard = open.some((stream) => stream.listenerCount("error") > 0);
    open.forEach((stream) => fail(stream, error));
    return isHeard;
  }

  /** Audio that has not left will not. */
  handleEnding() {
    [...this.#open].filter((stream) => stream[kOut]?.isPending).forEach((stream) => this.cutOff(stream));
  }

  /** The call is over. */
  handleEnd() {
    this.handleEnding();
    this.#open.forEach((stream) => stream[kEnd]());
    this.#open.clear();
    this.#waitForEnd.forEach((resolve) => resolve());
  }

  /** The call takes no more audio, and `stream` has some. */
  cutOff(stream) {
    fail(stream, codedError("ERR_STREAM_PREMATURE_CLOSE", "The call was over before all audio had left"));
  }
}

/** Destroys a stream because of the call. Where nobody listens, that is no uncaught exception. */
function fail(stream, error) {
  stream.on("error", () => {});
  stream.destroy(error);
}

module.exports = { NodeStreams };

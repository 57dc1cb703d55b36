"use strict";

const { Readable } = require("node:stream");
const { toBytes } = require("./bytes.js");
const { codedError, typeError } = require("./errors.js");

/** What is offered at once; a chunk of any size is cut to this. */
const PIECE_BYTES = 16 * 1024;

/**
 * Moves a Node stream's bytes to a sink that says when it has enough.
 *
 * `sink.feed(bytes)` gives true for enough until `resume()`, false for more, null for never again;
 * `sink.end(error)` is called once, at the source's end. The source is paused, not destroyed, when
 * it is no longer wanted: it may belong to someone who plays it again.
 */
class Feeder {
  #source;
  #sink;
  #rest = null;
  #ended = false;

  constructor(source, sink) {
    this.#source = toReadable(source);
    this.#sink = sink;
  }

  start() {
    const source = this.#source;
    if (source.readableEnded) {
      this.#end(null);
    } else if (source.destroyed) {
      this.#end(source.errored ?? prematureClose());
    } else {
      source.on("end", this.#handleEnd);
      source.on("error", this.#handleError);
      source.on("close", this.#handleClose);
      source.on("data", this.#handleData);
    }
  }

  /** The sink wants more. */
  resume() {
    if (this.#ended || this.#offer()) {
      return;
    }
    this.#source.resume();
  }

  /** The sink wants no more. */
  stop() {
    if (this.#ended) {
      return;
    }
    this.#detach();
    this.#source.pause();
    // What becomes of the source is no longer this call's concern, and must not end the process.
    this.#source.on("error", () => {});
  }

  #handleData = (chunk) => {
    try {
      this.#rest = toBytes("chunk", chunk);
    } catch (error) {
      this.stop();
      this.#sink.end(error);
      return;
    }
    if (this.#offer()) {
      this.#source.pause();
    }
  };

  #handleEnd = () => this.#end(null);
  #handleError = (error) => this.#end(error);
  #handleClose = () => this.#end(prematureClose());

  /** Offers what is left of the chunk. True if the sink has enough. */
  #offer() {
    while (this.#rest !== null && this.#rest.length > 0) {
      const piece = this.#rest.subarray(0, PIECE_BYTES);
      this.#rest = this.#rest.subarray(piece.length);
      const enough = this.#sink.feed(piece);
      if (enough !== false) {
        return true;
      }
    }
    this.#rest = null;
    return false;
  }

  #end(error) {
    this.#detach();
    this.#sink.end(error);
  }

  #detach() {
    this.#ended = true;
    this.#rest = null;
    this.#source.off("data", this.#handleData);
    this.#source.off("end", this.#handleEnd);
    this.#source.off("error", this.#handleError);
    this.#source.off("close", this.#handleClose);
  }
}

function toReadable(source) {
  if (typeof source?.on === "function" && typeof source.pause === "function") {
    return source;
  }
  if (typeof source?.[Symbol.asyncIterator] === "function") {
    return Readable.from(source);
  }
  throw typeError("readable", "a Readable or an async iterable of Buffers", source);
}

function prematureClose() {
  return codedError("ERR_STREAM_PREMATURE_CLOSE", "The stream was closed before its end");
}

module.exports = { Feeder };

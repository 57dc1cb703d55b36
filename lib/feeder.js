"use strict";

const { toBytes } = require("./bytes.js");
const { codedError } = require("./errors.js");

/** What is offered at once; a chunk of any size is cut to this. */
const PIECE_BYTES = 16 * 1024;

/**
 * Moves a Node stream's bytes to a sink that says when it has enough.
 *
 * After `start(sink)`, `sink.feed(bytes)` gives true for enough until `resume()`, false for more, null for never again;
 * `sink.end(error)` is called once, at the source's end. The source is paused, not destroyed, when
 * it is no longer wanted: it may belong to someone who plays it again.
 */
class Feeder {
  #source;
  #sink = null;
  /** The part of a chunk that the sink has not taken. */
  #rest = null;
  /** The source's end or error, while a rest is still to be offered before it. */
  #last = null;
  #done = false;

  constructor(source) {
    this.#source = source;
  }

  start(sink) {
    this.#sink = sink;
    const source = this.#source;
    if (source.readableEnded) {
      this.#finish(null);
    } else if (source.destroyed) {
      this.#finish(source.errored ?? prematureClose());
    } else {
      source.on("end", this.#handleEnd);
      source.on("error", this.#handleError);
      source.on("close", this.#handleClose);
      source.on("data", this.#handleData);
      // A stream that was paused by an earlier play does not flow of itself.
      source.resume();
    }
  }

  /** The sink wants more. */
  resume() {
    if (this.#done || this.#offer()) {
      return;
    }
    if (this.#last === null) {
      this.#source.resume();
    } else {
      this.#finish(this.#last.error);
    }
  }

  /** The sink wants no more. What it has not taken goes back to the source. */
  stop() {
    if (this.#done || this.#sink === null) {
      return;
    }
    const source = this.#source;
    source.pause();
    if (this.#rest !== null && this.#last === null && !source.readableObjectMode) {
      source.unshift?.(this.#rest);
    }
    this.#detach();
    // What becomes of the source is no longer this call's concern, and must not end the process.
    source.on("error", () => {});
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
    while (this.#rest !== null) {
      const piece = this.#rest.subarray(0, PIECE_BYTES);
      const rest = this.#rest.subarray(piece.length);
      this.#rest = rest.length > 0 ? rest : null;
      if (piece.length > 0 && this.#sink.feed(piece) !== false) {
        return true;
      }
    }
    return false;
  }

  /** A stream's end comes while its last chunk still waits here. */
  #end(error) {
    if (this.#last !== null) {
      return;
    }
    if (this.#rest === null) {
      this.#finish(error);
    } else {
      this.#last = { error };
    }
  }

  #finish(error) {
    this.#detach();
    this.#sink.end(error);
  }

  #detach() {
    this.#done = true;
    this.#rest = null;
    this.#source.off("data", this.#handleData);
    this.#source.off("end", this.#handleEnd);
    this.#source.off("error", this.#handleError);
    this.#source.off("close", this.#handleClose);
  }
}

function prematureClose() {
  return codedError("ERR_STREAM_PREMATURE_CLOSE", "The stream was closed before its end");
}

module.exports = { Feeder };

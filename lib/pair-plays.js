"use strict";

const fs = require("node:fs");
const { Feeder } = require("./feeder.js");

const FRAME_BYTES = 320;
const FRAME_MS = 20;

/** Bytes of a millisecond at 8 kHz. */
const BYTES_PER_MS = FRAME_BYTES / FRAME_MS;

/** A stream's source is paused while this much of it waits. */
const ENOUGH_BYTES = 50 * FRAME_BYTES;

/** What plays over a pair of Node objects: one source at a time, paced in JavaScript. */
class PairPlays {
  #send;
  #playback = null;
  #paused = false;
  #closed = false;

  /** `send` is given each frame when it is due. */
  constructor(send) {
    this.#send = send;
  }

  /** Begins a play in place of the one before. Gives the Promise of how it went. */
  begin({ path, bytes, readable }, { signal }) {
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

  /** How what plays now settles; at once, where nothing does. */
  get settled() {
    return this.#playback?.settled ?? Promise.resolve({ completed: true });
  }

  stop() {
    this.#settle(this.#playback, false);
  }

  /** Stops; what is begun now settles at once. */
  close() {
    this.#closed = true;
    this.stop();
  }

  pause(paused) {
    this.#paused = paused;
    if (this.#playback !== null && !paused) {
      this.#playback.next = performance.now();
      this.#tick(this.#playback);
    }
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

  #begin(start) {
    this.stop();
    if (this.#closed) {
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

module.exports = { BYTES_PER_MS, PairPlays };

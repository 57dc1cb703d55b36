"use strict";

/** Hears when somebody speaks, as the stand-ins need it: what is loud is speech, 300 ms of quiet end it. */

const { durationMs, rmsDb } = require("../sound.js");

const LOUD_DB = -40;
const QUIET_MS = 300;
const MIN_SPEECH_MS = 100;
const PIECE_MS = 20;

class Ears {
  #rate;
  #tell;
  #rest = Buffer.alloc(0);
  #spoken = [];
  #quietMs = 0;
  #loudMs = 0;

  /** `tell` has `began()` and `ended(pcm)`, which gets what was said. */
  constructor(rate, tell) {
    this.#rate = rate;
    this.#tell = tell;
  }

  hear(pcm) {
    const bytes = (this.#rate * PIECE_MS * 2) / 1000;
    this.#rest = Buffer.concat([this.#rest, pcm]);
    while (this.#rest.length >= bytes) {
      this.#take(this.#rest.subarray(0, bytes));
      this.#rest = this.#rest.subarray(bytes);
    }
  }

  /** Somebody speaks. */
  get isSpeech() {
    return this.#loudMs >= MIN_SPEECH_MS;
  }

  /** Nothing more comes. */
  end() {
    if (this.isSpeech) {
      this.#tell.ended(Buffer.concat(this.#spoken));
    }
    this.#spoken = [];
    this.#loudMs = 0;
    this.#quietMs = 0;
  }

  #take(piece) {
    const ms = durationMs(piece, this.#rate);
    const isLoud = rmsDb(piece) > LOUD_DB;
    if (!isLoud && this.#loudMs === 0) {
      return;
    }
    const wasSpeech = this.isSpeech;
    this.#spoken.push(piece);
    this.#loudMs += isLoud ? ms : 0;
    this.#quietMs = isLoud ? 0 : this.#quietMs + ms;
    if (!wasSpeech && this.isSpeech) {
      this.#tell.began();
    }
    if (this.#quietMs >= QUIET_MS) {
      this.end();
    }
  }
}

module.exports = { Ears };

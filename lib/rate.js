"use strict";

const { Kind, engine, undelivered } = require("./engine.js");

/** The rate at which a call is heard and spoken to: the wire's, or one that the app has chosen. */
class Rate {
  /** Samples a second. */
  hz;
  #id;
  #isChosen = false;
  /** What becomes of the frames that are delivered next, where they were drained at another rate. */
  #converted = [];

  /** `id` is the call's number. */
  constructor(id, hz) {
    this.#id = id;
    this.hz = hz;
  }

  /**
   * The app chooses. Gives the bytes of written audio that wait now, and what became of each byte
   * before; null where the call is gone.
   */
  choose(hz) {
    const { frames, rates } = this.#undelivered();
    const change = engine().setRate(this.#id, hz, frames, rates);
    if (change === null) {
      return null;
    }
    const ratio = hz / this.hz;
    this.hz = hz;
    this.#isChosen = true;
    this.#converted = change.taken;
    return { waiting: change.waiting, ratio };
  }

  /** The wire's rate may have been on its way here when the app chose its own. */
  handleWire(hz) {
    if (!this.#isChosen) {
      this.hz = hz;
    }
  }

  /** What the app hears of a frame that was drained. */
  heard(pcm) {
    return this.#converted.length === 0 ? pcm : this.#converted.shift();
  }

  /** Frames that were drained and are not delivered, and the rate of each. */
  #undelivered() {
    const frames = this.#converted;
    const rates = frames.map(() => this.hz);
    if (frames.length > 0) {
      return { frames, rates };
    }
    let rate = this.hz;
    for (const { kind, bytes } of undelivered(this.#id)) {
      if (kind === Kind.AUDIO) {
        frames.push(bytes);
        rates.push(rate);
      } else if (kind === Kind.RATE && !this.#isChosen) {
        rate = Number(bytes.latin1Slice());
      }
    }
    return { frames, rates };
  }
}

module.exports = { Rate };

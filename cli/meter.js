"use strict";

const { createHistogram } = require("node:perf_hooks");
const { Finder, NUMBERS } = require("./probe.js");

/** Frames at the call's beginning that are not measured: rates are still being agreed on. */
const WARM_UP = 25;
/** How long a frame may take to come back, in ms; then it counts as lost. */
const GRACE_MS = 500;
/** The smoothing of RFC 3550. */
const SMOOTHING = 16;
const US_PER_MS = 1000;
const LONGEST_RTT_US = 30_000_000;

/** Round trips of many calls, in microseconds: as exact as three figures, whatever their number. */
function createRoundTrips() {
  return createHistogram({ lowest: 1, highest: LONGEST_RTT_US, figures: 3 });
}

/** What is measured on one call: how evenly audio comes, and how much of the pattern comes back, and when. */
class Meter {
  #roundTrips;
  #finder = new Finder((number, at) => this.#handleBack(number, at));
  /** When the frame of each number was sent that is not back, or 0. */
  #sentAt = new Float64Array(NUMBERS);
  #spoken = 0;
  #sent = 0;
  #back = 0;
  #totalMs = 0;
  #maxMs = 0;
  #lastAt = null;
  #lastMs = 0;
  #jitterMs = 0;
  #longestGapMs = 0;

  /** `roundTrips` is shared by all calls. */
  constructor(roundTrips) {
    this.#roundTrips = roundTrips;
  }

  /** Audio has come. `at` is now. */
  hear(pcm, at, rate) {
    if (this.#lastAt !== null) {
      const gap = at - this.#lastAt;
      this.#jitterMs += (Math.abs(gap - this.#lastMs) - this.#jitterMs) / SMOOTHING;
      this.#longestGapMs = Math.max(this.#longestGapMs, gap);
    }
    this.#lastAt = at;
    this.#lastMs = (pcm.length * 500) / rate;
    if (this.#spoken > 0) {
      this.#finder.hear(pcm, at, rate);
    }
  }

  /** The pattern's frame `number` is on its way. */
  handleSent(number, at) {
    this.#spoken += 1;
    if (this.#spoken > WARM_UP) {
      this.#sent += 1;
      this.#sentAt[number % NUMBERS] = at;
    }
  }

  /** Whether something may still come back that was sent lately. */
  isAwaiting(now) {
    return this.#back > 0 && this.#sentAt.some((at) => at > now - GRACE_MS);
  }

  /** What there is to tell. What was sent shortly before `now` is not lost yet, and is left out. */
  report(now) {
    const underWay = this.#sentAt.filter((at) => at > now - GRACE_MS).length;
    const sent = this.#sent - underWay;
    return {
      rttMs: this.#back === 0 ? null : { mean: this.#totalMs / this.#back, max: this.#maxMs },
      jitterMs: this.#lastAt === null ? null : this.#jitterMs,
      longestGapMs: this.#lastAt === null ? null : this.#longestGapMs,
      pattern: this.#back === 0 ? null : { sent, back: this.#back, lost: sent - this.#back }
    };
  }

  #handleBack(number, at) {
    const sentAt = this.#sentAt[number];
    if (sentAt === 0) {
      return;
    }
    const ms = at - sentAt;
    this.#sentAt[number] = 0;
    this.#back += 1;
    this.#totalMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
    this.#roundTrips.record(Math.min(Math.max(1, Math.round(ms * US_PER_MS)), LONGEST_RTT_US));
  }
}

module.exports = { GRACE_MS, Meter, createRoundTrips };

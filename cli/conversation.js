"use strict";

const { setTimeout: sleep } = require("node:timers/promises");
const { dial } = require("./dial.js");
const { told } = require("./errors.js");
const { Meter } = require("./meter.js");
const { Speaker } = require("./speaker.js");

/** Between keys, as a hand would press them. */
const KEY_MS = 200;
const POLL_MS = 10;
/** How long the far end may take to end a call that was hung up. */
const GOODBYE_MS = 2000;

/**
 * One call from its dialling to its end. Never rejects: what went wrong is told in `error`.
 *
 * `plan` says what is done on it, `roundTrips` collects, `signal` hangs up early.
 */
async function converse(plan, index, roundTrips, signal) {
  const began = performance.now();
  const said = { index, ref: plan.ref, isUp: false, connectMs: null, endedBy: null, error: null };
  try {
    const call = await dial(plan.target, { ...plan.dial, ref: plan.ref, signal });
    const upAt = performance.now();
    Object.assign(said, { ref: call.ref, isUp: true, connectMs: upAt - began });
    Object.assign(said, await carryOut(new Talk(call, plan, index, roundTrips), plan, signal));
    said.durationMs = performance.now() - upAt;
  } catch (error) {
    // A call that was given up before it was up has not failed.
    said.error = signal.aborted && !said.isUp ? null : told(error);
  }
  return said;
}

/** Talks until it is time, or the far end hangs up, or `signal` says so; then hangs up and sums up. */
async function carryOut(talk, plan, signal) {
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  try {
    await Promise.race([talk.talk(plan), talk.ended, aborted]);
  } catch (error) {
    talk.fail(error);
  }
  return talk.finish();
}

/** A call that is up. */
class Talk {
  #res;
  #meter;
  #speaker;
  #sendKey;
  #recording;
  #error = null;
  #isOver = false;
  #over = new AbortController();

  constructor({ res, sendKey }, { record }, index, roundTrips) {
    this.#res = res;
    this.#sendKey = sendKey;
    this.#meter = new Meter(roundTrips);
    this.#speaker = new Speaker(res, this.#meter);
    res.on("data", (pcm) => this.#meter.hear(pcm, performance.now(), res.sampleRate));
    res.on("error", (error) => this.fail(error));
    this.ended = new Promise((resolve) => {
      res.on("end", () => {
        this.#isOver = true;
        resolve();
      });
    });
    this.#recording = record && res.record(record.fileOf(index), record.options);
    this.#recording?.on("error", (error) => this.fail(error));
  }

  fail(error) {
    this.#error ??= error;
  }

  /** Says and presses what is planned. */
  async talk({ sound, keys, durationMs }) {
    await Promise.all([this.#say(sound, durationMs), this.#press(keys)]);
  }

  /** Hangs up, and sums up. */
  async finish() {
    this.#speaker.stop();
    while (!this.#isOver && this.#meter.isAwaiting(performance.now())) {
      await sleep(POLL_MS);
    }
    const endedBy = this.#isOver ? "far end" : "caller";
    const measured = this.#meter.report(performance.now());
    this.#over.abort();
    this.#res.hangup();
    await Promise.race([this.ended, sleep(GOODBYE_MS, undefined, { ref: false })]);
    const recorded = await this.#recorded();
    const error = this.#error && told(this.#error);
    return { endedBy, error, ...measured, skipped: this.#speaker.skipped, stats: this.#res.stats(), recorded };
  }

  async #recorded() {
    try {
      return (await this.#recording?.stop())?.path ?? null;
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  /** Says it until it is through, or its time is up. */
  async #say({ source, options, isPattern }, durationMs) {
    const time = durationMs === undefined ? this.ended : this.#wait(durationMs);
    if (isPattern) {
      await Promise.race([this.#speaker.start(), time]);
    } else if (source !== undefined) {
      await Promise.race([this.#res.play(source, options), time]);
    } else {
      await time;
    }
  }

  async #press({ digits, afterMs }) {
    let pause = afterMs;
    for (const key of digits) {
      await this.#wait(pause);
      if (this.#over.signal.aborted) {
        return;
      }
      this.#sendKey(key);
      pause = KEY_MS;
    }
  }

  #wait(ms) {
    return sleep(ms, undefined, { signal: this.#over.signal }).catch(() => {});
  }
}

module.exports = { converse };

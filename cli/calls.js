"use strict";

const { monitorEventLoopDelay } = require("node:perf_hooks");
const { setTimeout: sleep } = require("node:timers/promises");
const { converse } = require("./conversation.js");
const { library } = require("./library.js");
const { createRoundTrips } = require("./meter.js");

const NS_PER_MS = 1e6;
const US_PER_MS = 1000;

/**
 * Places `count` calls, `perSecond` of them a second, and gives what came of them: each call, and all.
 *
 * `signal` hangs up all; `settled(count)` is told how many are over.
 */
async function placeCalls(plan, { count, perSecond, signal, settled = () => {} }) {
  // What loading takes is not to be measured.
  library();
  const roundTrips = createRoundTrips();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let over = 0;
  const place = async (index) => {
    await sleep((index * 1000) / perSecond, undefined, { signal }).catch(() => {});
    const call = signal.aborted ? null : await converse(plan, index, roundTrips, signal);
    settled((over += 1));
    return call;
  };
  const placed = await Promise.all(Array.from({ length: count }, (_, index) => place(index)));
  delay.disable();
  const calls = placed.filter((call) => call !== null);
  return { calls, summary: { ...sumUp(calls, roundTrips), busy: busyness(calls, delay) } };
}

/** What all calls have in common. */
function sumUp(calls, roundTrips) {
  const up = calls.filter(({ isUp }) => isUp);
  const heard = up.filter(({ jitterMs }) => typeof jitterMs === "number");
  const patterns = up.filter(({ pattern }) => pattern).map(({ pattern }) => pattern);
  return {
    placed: calls.length,
    up: up.length,
    failed: calls.filter(({ error }) => error !== null).length,
    connectMs: spread(up.map(({ connectMs }) => connectMs)),
    rttMs: roundTrips.count === 0 ? null : percentiles(roundTrips),
    jitterMs: spread(heard.map(({ jitterMs }) => jitterMs)),
    longestGapMs: heard.length === 0 ? null : Math.max(...heard.map(({ longestGapMs }) => longestGapMs)),
    loss: patterns.length === 0 ? null : lossOf(patterns)
  };
}

function percentiles(roundTrips) {
  const at = (percentile) => roundTrips.percentile(percentile) / US_PER_MS;
  const { count, min, max } = roundTrips;
  return { frames: count, min: min / US_PER_MS, p50: at(50), p95: at(95), p99: at(99), max: max / US_PER_MS };
}

function lossOf(patterns) {
  const total = (name) => patterns.reduce((sum, pattern) => sum + pattern[name], 0);
  const [sent, lost] = [total("sent"), total("lost")];
  return { calls: patterns.length, sent, lost, percent: sent === 0 ? 0 : (lost * 100) / sent };
}

function spread(values) {
  if (values.length === 0) {
    return null;
  }
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: sorted[(sorted.length - 1) >> 1], max: sorted.at(-1) };
}

/** How far this process itself was behind, which is part of what it has measured. */
function busyness(calls, delay) {
  const late = (percentile) => Math.max(0, delay.percentile(percentile) / NS_PER_MS - 1);
  const skippedFrames = calls.reduce((sum, { skipped = 0 }) => sum + skipped, 0);
  return { skippedFrames, p99Ms: late(99), maxMs: late(100) };
}

module.exports = { placeCalls };

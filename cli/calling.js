"use strict";

// What `call`, `play --to` and `record --from` have in common: dialling, and telling what came of it.

const { setMaxListeners } = require("node:events");
const fs = require("node:fs/promises");
const path = require("node:path");
const { placeCalls } = require("./calls.js");
const { Exit, errorLine } = require("./errors.js");
const { Output, short, table } = require("./output.js");
const { Progress } = require("./progress.js");
const { onSignal } = require("./signals.js");

/** This process was that late: worth a word. */
const LATE_MS = 5;

/** So many calls have a line each; of more there is only the sum. */
const FEW = 10;

/** Places calls as `plan` says, prints what came of them, and sets the exit code. */
async function callAndTell(plan, { count = 1, perSecond = 100, json, durationMs }) {
  const { source } = plan.sound;
  if (typeof source === "string") {
    await fs.access(source, fs.constants.R_OK);
  }
  const output = new Output({ json });
  const results = await placed(plan, { count, perSecond, json, durationMs });
  tell(results, plan, output);
  if (results.summary.failed > 0) {
    process.exitCode = Exit.FAILURE;
  }
}

async function placed(plan, { count, perSecond, json, durationMs }) {
  const aborting = new AbortController();
  setMaxListeners(0, aborting.signal);
  const undo = onSignal(() => aborting.abort(new Error("interrupted")));
  const began = performance.now();
  let over = 0;
  const wholeMs = (durationMs ?? Infinity) + ((count - 1) * 1000) / perSecond;
  const tellProgress = () => {
    const ms = performance.now() - began;
    return { share: ms / wholeMs, text: `${(ms / 1000).toFixed(1)} s, ${over} of ${count} calls over` };
  };
  const progress = new Progress(tellProgress, { json });
  try {
    return await placeCalls(plan, { count, perSecond, signal: aborting.signal, settled: (now) => (over = now) });
  } finally {
    progress.stop();
    undo();
  }
}

function tell({ calls, summary }, { target }, output) {
  output.result({ target: target.label, summary, calls }, textOf(calls, summary, target));
  if (!output.isJson) {
    const faults = calls.filter(({ error }) => error !== null).slice(0, FEW);
    faults.forEach(({ index, error }) => {
      const message = `${error.message}${calls.length > 1 ? ` (call ${index + 1})` : ""}`;
      process.stderr.write(`${errorLine({ ...error, message })}\n`);
    });
  }
}

function textOf(calls, summary, target) {
  const few = calls.length <= FEW ? calls.filter(({ isUp }) => isUp).map(callLine) : [];
  return [...few, ...(few.length > 0 ? [""] : []), table(summaryRows(summary, target))].join("\n");
}

function callLine({ ref, durationMs, endedBy, stats, recorded }) {
  const seconds = (durationMs / 1000).toFixed(1);
  const ended = endedBy === "far end" ? ", hung up by the far end" : "";
  const file = recorded ? `, recorded in ${recorded}` : "";
  return `${ref}: ${seconds} s${ended}, ${stats.framesIn} frames heard, ${stats.framesOut} said${file}`;
}

function summaryRows(summary, target) {
  const { placed: all, up, failed } = summary;
  return [
    ["calls", `${all} to ${target.label}: ${up} came up, ${failed} failed`],
    ...connectRow(summary),
    ["RTT", rttText(summary)],
    ["jitter", jitterText(summary)],
    ["loss", lossText(summary)],
    ...busyRow(summary)
  ];
}

function connectRow({ connectMs }) {
  return connectMs === null
    ? []
    : [["connect", `${short(connectMs.p50)} ms in the middle, ${short(connectMs.max)} at most`]];
}

function jitterText({ jitterMs, longestGapMs }) {
  return jitterMs === null
    ? "not measured: nothing was heard"
    : `${short(jitterMs.p50)} ms, longest gap ${short(longestGapMs)}`;
}

function rttText({ rttMs }) {
  if (rttMs === null) {
    return "not measured: the pattern was not said, or did not come back";
  }
  const { p50, p95, p99, max, frames } = rttMs;
  return `p50 ${short(p50)} ms, p95 ${short(p95)}, p99 ${short(p99)}, max ${short(max)} (${frames} frames)`;
}

function lossText({ loss }) {
  return loss === null ? "not measured" : `${loss.lost} of ${loss.sent} frames, ${short(loss.percent)} %`;
}

/** Where the caller was late itself, the figures are partly its own. */
function busyRow({ up, busy: { skippedFrames, p99Ms } }) {
  const isLate = up > 0 && (skippedFrames > 0 || p99Ms > LATE_MS);
  const text = `busy itself: ${short(p99Ms)} ms late (p99), ${skippedFrames} frames not said`;
  return isLate ? [["caller", text]] : [];
}

/** Where call number `index` of `count` is recorded: the name has the number before its extension. */
function recordingOf(file, count) {
  const { dir, name, ext } = path.parse(file);
  return (index) => (count === 1 ? file : path.join(dir, `${name}-${index + 1}${ext}`));
}

module.exports = { callAndTell, lossText, placed, recordingOf, rttText };

"use strict";

// What a server does with a call: each maker gives `{title, handle(req, res, log)}`, or throws if what it
// needs is not there.

const fs = require("node:fs/promises");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { described, told } = require("./errors.js");

/** Gives the caller back what was said. */
function echo() {
  return { title: "echo", handle: (req, res, log) => giveBack(res, log) };
}

function giveBack(res, log) {
  if (res.capabilities.audio === false) {
    log("warning", { code: "ERR_NOT_SUPPORTED" }, "the peer cannot be spoken to, and hears no echo");
    res.on("data", () => {});
  } else if (res.channels === 2) {
    res.split().caller.on("data", (pcm) => res.write(pcm));
  } else {
    res.on("data", (pcm) => res.write(pcm));
  }
}

/** Plays a file, and hangs up. */
async function play(file, { loop = false, gain } = {}) {
  await fs.access(file, fs.constants.R_OK);
  const options = { loop, gain };
  const handle = async (req, res, log) => {
    res.on("data", () => {});
    const { completed, playedMs } = await res.play(file, options);
    log("played", { completed, playedMs }, `${completed ? "heard all" : "gone"} after ${playedMs} ms`);
    res.hangup({ drain: true });
  };
  return { title: `play ${file}`, handle };
}

/** Records each call into a file of its own in a directory, which is made if it is not there. */
async function record(folder, { sides, format = "wav", sampleRate } = {}) {
  await fs.mkdir(folder, { recursive: true });
  const options = { sides, format, sampleRate };
  const handle = (req, res, log) => {
    res.on("data", () => {});
    const recording = res.record(path.join(folder, fileName(req.ref, format)), options);
    recording.on("finish", (summary) => {
      log("recorded", summary, `recorded ${(summary.durationMs / 1000).toFixed(1)} s in ${summary.path}`);
    });
    recording.on("error", (error) => log("error", { error: told(error) }, `not recorded: ${described(error)}`));
  };
  return { title: `record into ${folder}`, handle };
}

/** When and whose, so that no two are alike; a reference is the peer's word, and is not to lead elsewhere. */
function fileName(ref, format) {
  const when = new Date().toISOString().replace(/[-:.]/g, "");
  return `${when}-${ref.replace(/[^\w-]/g, "_").slice(0, 64)}.${format}`;
}

/** Sends each call to a WebSocket server. */
function fork(url, options = {}) {
  const handle = (req, res, log) => {
    res.on("data", () => {});
    const way = res.fork(url, { metadata: { call: req.ref }, ...options });
    way.on("connect", () => log("fork", { status: "connected" }, `forked to ${way.url}`));
    way.on("message", (message) => log("message", { message }, `heard ${JSON.stringify(message)}`));
    way.on("error", ({ message }, error) => {
      log("error", { error: told(error) }, `fork: ${told(error).code}, ${message.error}`);
    });
    way.on("close", () => log("fork", { status: "closed", stats: way.stats() }, "the fork is over"));
  };
  return { title: "fork", handle };
}

/** A handler of the user's own: what the module exports as `onConnection`, or by default. */
async function fromModule(file) {
  const module = await import(pathToFileURL(path.resolve(file)));
  const found = [module.onConnection, module.default?.onConnection, module.default].find(isFunction);
  if (found === undefined) {
    throw Object.assign(new Error(`${file} exports no function (req, res)`), { code: "ERR_NO_HANDLER" });
  }
  return { title: file, handle: (req, res) => found(req, res) };
}

function isFunction(value) {
  return typeof value === "function";
}

module.exports = { echo, fork, fromModule, play, record };

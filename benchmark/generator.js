"use strict";

const { execFile, spawnSync } = require("node:child_process");
const path = require("node:path");
const { promisify } = require("node:util");
const { LOAD_CORE, pinned } = require("./cores.js");

const ROOT = path.join(__dirname, "..");
const GENERATOR = path.join(ROOT, "target/release/callstreams-load");

/** Longer than any run takes: one that hangs fails. */
const LIMIT_MS = 120_000;

function build() {
  const cargo = ["build", "--release", "--quiet", "--package", "callstreams-load"];
  const { status } = spawnSync("cargo", cargo, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) {
    throw new Error("the load generator does not build");
  }
}

/** Runs the load generator and gives what it has measured. */
async function generate(mode, options, { pin = true } = {}) {
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const [command, ...args] = pinned([GENERATOR, mode, ...words], pin ? LOAD_CORE : null);
  const { stdout } = await promisify(execFile)(command, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout);
}

module.exports = { GENERATOR, build, generate };

"use strict";

/** Runs other programs as a user would that has Node and no Rust. */

const { execFile } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { promisify } = require("node:util");

const ROOT = path.join(__dirname, "../../..");
const TIMEOUT_MS = 120_000;

/** The platform's name in npm/. */
const PLATFORM = `${process.platform}-${process.arch}${abi()}`;

function abi() {
  if (process.platform !== "linux") {
    return process.platform === "win32" ? "-msvc" : "";
  }
  return process.report.getReport().header.glibcVersionRuntime ? "-gnu" : "-musl";
}

/** Without what a run under npm adds, and without the folders that Rust is in. */
function environment() {
  const ours = /^(npm_|NAPI_|NODE_OPTIONS|NODE_TEST_CONTEXT)/i;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const env = Object.fromEntries(kept);
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH");
  env[key] = env[key].split(path.delimiter).filter(hasNoRust).join(path.delimiter);
  return env;
}

function hasNoRust(folder) {
  return !["cargo", "rustc", "cargo.exe", "rustc.exe"].some((name) => fs.existsSync(path.join(folder, name)));
}

/** Runs a program to its end: `{stdout, stderr}`, or an error that has both. */
async function run(file, args, { cwd, env = {}, timeout = TIMEOUT_MS } = {}) {
  const options = { cwd, env: { ...environment(), ...env }, timeout, maxBuffer: 64 << 20 };
  try {
    return await promisify(execFile)(file, args, options);
  } catch (error) {
    error.message += `\n${error.stdout}\n${error.stderr}`;
    throw error;
  }
}

/** Runs the npm that runs the tests, or the one that is installed. */
function npm(args, options) {
  const { npm_execpath: script } = process.env;
  return script?.endsWith(".js") ? run(process.execPath, [script, ...args], options) : run("npm", args, options);
}

module.exports = { PLATFORM, ROOT, environment, npm, run };

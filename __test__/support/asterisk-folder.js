"use strict";

/**
 * The folder with an Asterisk in it (see scripts/asterisk-lab.sh): whether it can be had here, and
 * the clearing away of what an earlier run left in it.
 */

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const SCRIPT = path.join(__dirname, "../../scripts/asterisk-lab.sh");
const MAKING_MS = 600_000;
const RUN_PREFIX = "callstreams-run-";

/**
 * `{ folder }`, or `{ reason }` why there can be none. Synchronous, since node:test wants to know at
 * load time what to skip; the first run on a machine takes the minutes the folder needs.
 */
function findFolder() {
  const reason = whyNotHere();
  if (reason) {
    return { reason };
  }
  const made = spawnSync("sh", [SCRIPT], { encoding: "utf8", timeout: MAKING_MS });
  if (made.status === 0) {
    return { folder: made.stdout.trim() };
  }
  return { reason: `Asterisk cannot be made: ${lastLine(made.stderr) || made.error}` };
}

/** A fresh directory of one run, within the folder so that both sides of the chroot see it. */
function makeRunDirectory(folder) {
  removeLeftOvers(folder);
  const directory = fs.mkdtempSync(path.join(folder, "tmp", RUN_PREFIX));
  fs.writeFileSync(ownerFile(directory), String(process.pid));
  return directory;
}

function whyNotHere() {
  if (process.platform !== "linux") {
    return "Asterisk runs on Linux only";
  }
  if (process.getuid() !== 0) {
    return "Asterisk needs root, for chroot";
  }
  const namespace = spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]);
  if (namespace.status !== 0) {
    return "Asterisk needs a mount namespace of its own, which is refused";
  }
  return null;
}

/**
 * Asterisk and its mounts die with the run that started them, whatever becomes of it (see
 * asterisk-process.js); what a killed run can leave is files.
 */
function removeLeftOvers(folder) {
  const tmp = path.join(folder, "tmp");
  for (const name of fs.readdirSync(tmp)) {
    const directory = path.join(tmp, name);
    if (!name.startsWith(RUN_PREFIX) || isOwned(directory)) {
      continue;
    }
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

function isOwned(directory) {
  try {
    process.kill(Number(fs.readFileSync(ownerFile(directory), "utf8")), 0);
    return true;
  } catch (error) {
    return error.code !== "ESRCH";
  }
}

function ownerFile(directory) {
  return path.join(directory, "owner");
}

function lastLine(text) {
  return (text ?? "").trim().split("\n").pop();
}

module.exports = { findFolder, makeRunDirectory };

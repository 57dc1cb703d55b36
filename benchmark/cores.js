"use strict";

const { spawnSync } = require("node:child_process");
const os = require("node:os");

const SERVER_CORE = 0;
const LOAD_CORE = 1;

/** Whether servers and load can have a core each. */
const canPin = os.cpus().length > 1 && spawnSync("taskset", ["--version"]).status === 0;

/** The command, bound to a core where that can be done. */
function pinned(command, core) {
  return canPin && core !== null ? ["taskset", "-c", String(core), ...command] : command;
}

module.exports = { LOAD_CORE, SERVER_CORE, canPin, pinned };

"use strict";

// The command line's beginning and end: builds the program, runs it, and turns what went wrong into a
// line on stderr and an exit code. The commands are in commands/, a file each.

const { reported } = require("./errors.js");
const { createProgram } = require("./program.js");

/** Runs the command line. The process ends by itself once nothing is left to do. */
async function main(args) {
  process.stdout.on("error", leaveClosedPipe);
  const isJson = args.includes("--json");
  try {
    const program = await createProgram();
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = reported(error, isJson);
  }
}

/** `callstreams serve | head`: whoever read has gone, and there is nobody to tell. */
function leaveClosedPipe(error) {
  if (error.code === "EPIPE") {
    process.exit(0);
  }
  throw error;
}

module.exports = { main };

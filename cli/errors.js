"use strict";

const { CommanderError } = require("commander");

/** What the process exits with. docs/cli.md has the table. */
const Exit = Object.freeze({ OK: 0, FAILURE: 1, USAGE: 2 });

/** The command line was wrong. */
class UsageError extends Error {
  code = "ERR_USAGE";
}

/** Says on stderr what went wrong, and gives the exit code for it. */
function reported(error, isJson) {
  if (error instanceof CommanderError) {
    // Help and the version end this way, too. Whatever it is, it was printed.
    return error.exitCode === 0 ? Exit.OK : Exit.USAGE;
  }
  process.stderr.write(`${errorLine(error, isJson)}\n`);
  return error instanceof UsageError ? Exit.USAGE : Exit.FAILURE;
}

/** An error on a line: its code, and what it says. */
function errorLine(error, isJson) {
  return isJson ? JSON.stringify({ error: told(error) }) : `callstreams: ${described(error)}`;
}

/** The code and message of whatever was thrown. */
function told(error) {
  const code = typeof error?.code === "string" ? error.code : (error?.name ?? "ERR_UNKNOWN");
  return { code, message: error?.message ?? String(error) };
}

/** The same as text. Messages of the system begin with the code themselves. */
function described(error) {
  const { code, message } = told(error);
  return message.startsWith(`${code}: `) ? message : `${code}: ${message}`;
}

module.exports = { Exit, UsageError, described, errorLine, reported, told };

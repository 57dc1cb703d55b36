"use strict";

// What `serve`, `play` and `record` have in common: the options of a server, and running one.

const { choice, jsonOption, metricsPlace, port, sampleRateOption, secondsOption, whole } = require("./arguments.js");
const { UsageError } = require("./errors.js");
const { Output } = require("./output.js");

const DEFAULT_PORT = 9092;
const DEFAULT_HOST = "0.0.0.0";

/** Gives a command the options of a server. */
function addServerOptions(command) {
  return command
    .option("-p, --port <port>", "port for AudioSocket, 0 for a free one", port, DEFAULT_PORT)
    .option("--host <address>", "address to listen on", DEFAULT_HOST)
    .addOption(sampleRateOption("samples a second that are heard and spoken (default: the caller's)"))
    .option("--websocket <port>", "also take calls over WebSocket, on this port", port)
    .option("--no-audiosocket", "take calls over WebSocket alone")
    .option("--metrics <[host:]port>", "serve metrics over HTTP, on 127.0.0.1 if no host is given", metricsPlace)
    .option("--calls <count>", "end after so many calls", whole(1, 1e9))
    .addOption(secondsOption("--drain <seconds>", "when told to end, let calls go on for so long", [0, 86_400], 0))
    .addOption(jsonOption("what happens, an object a line,"));
}

/** Gives a command the options of playing a file. */
function addPlayOptions(command) {
  return command
    .option("--loop", "play the file again and again, until the caller hangs up")
    .option("--gain <db>", "louder or softer, from -60 to 60 dB", decibels);
}

/** Gives a command the options of recording. */
function addRecordOptions(command) {
  return command
    .addOption(choice("--sides <sides>", "whom to record (default: both, in stereo)", ["caller", "app", "both", "mix"]))
    .addOption(choice("--format <format>", "what to record as (default: wav)", ["wav", "sln"]));
}

function decibels(text) {
  const value = Number(text);
  if (text.trim() === "" || !(Math.abs(value) <= 60)) {
    throw new UsageError("--gain must be a number from -60 to 60");
  }
  return value;
}

/** Runs servers with a handler until they are told to end. */
async function serve(handler, options) {
  if (!options.audiosocket && options.websocket === undefined) {
    throw new UsageError("--no-audiosocket wants --websocket <port>");
  }
  const { Service } = require("./service.js");
  await new Service(handler, options, new Output(options)).run();
}

module.exports = { addPlayOptions, addRecordOptions, addServerOptions, serve };

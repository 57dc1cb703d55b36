"use strict";

const { Option } = require("commander");
const { jsonOption, sampleRateOption, secondsOption, target, whole } = require("../arguments.js");
const { callAndTell, recordingOf } = require("../calling.js");
const { UsageError } = require("../errors.js");
const { more } = require("../help.js");
const { tone } = require("../tone.js");

const DEFAULT_MS = 5000;
const MAX_CALLS = 2000;
const KEYS = /^[0-9*#A-D]+$/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const DETAILS = `TARGET is HOST:PORT or PORT for AudioSocket, or a ws:// or wss:// URL, which is called as
Asterisk's chan_websocket calls. The call is hung up after --duration, or when the file has been
played.

Unless it plays something, it says a pattern of waves, by which it knows what comes back: of a
server that echoes it tells the round trip and the loss. The first half second is not measured.`;

const EXAMPLES = [
  ["callstreams call 127.0.0.1:9092", "five seconds; of an echo, RTT and loss"],
  ["callstreams call 127.0.0.1:9092 --count 50 --duration 30 --json", "fifty calls at once, for a machine"],
  ["callstreams call 192.0.2.10:9092 --play question.mp3 --record answer.wav", "say something, and keep what comes back"],
  ["callstreams call 127.0.0.1:9092 --dtmf 123# --tone", "press keys over a tone"],
  ["callstreams call ws://127.0.0.1:9093/calls", "the same over WebSocket, as chan_websocket"]
];

function define(program) {
  program
    .command("call")
    .description("call a server as Asterisk does, and measure")
    .argument("<target>", "whom to call")
    .option("--play <file>", "play a file, of any common format")
    .addOption(new Option("--tone [hz]", "say a tone").argParser(whole(20, 20_000)).preset("440").conflicts("play"))
    .addOption(new Option("--silent", "say nothing").conflicts(["play", "tone"]))
    .option("--dtmf <keys>", "press keys: 0-9 * # A-D")
    .addOption(secondsOption("--dtmf-after <seconds>", "press them after so long", [0, 3600], 0.5))
    .option("--record <file>", "record what comes back; of several calls, file-1, file-2, …")
    .option("--overwrite", "replace a recording that is there")
    .addOption(secondsOption("-d, --duration <seconds>", "how long a call lasts (default: the file, else 5)", [0.1, 86_400]))
    .option("-n, --count <calls>", "so many calls at once", whole(1, MAX_CALLS), 1)
    .option("--per-second <calls>", "begin so many a second", whole(1, 10_000), 100)
    .addOption(sampleRateOption("samples a second that are said (default: 8000)"))
    .option("--ref <uuid>", "the call's UUID (default: a random one)")
    .addOption(secondsOption("--timeout <seconds>", "how long dialling may take", [0.1, 3600], 5))
    .addOption(jsonOption("what was measured"))
    .addHelpText("after", more(DETAILS, EXAMPLES))
    .action(run);
}

async function run(to, options) {
  const { count, perSecond, json } = options;
  const plan = planOf(target(to), options);
  await callAndTell(plan, { count, perSecond, json, durationMs: plan.durationMs });
}

function planOf(to, options) {
  const { dtmf = "", dtmfAfter, ref, count, record, overwrite, sampleRate, timeout } = options;
  check(dtmf === "" || KEYS.test(dtmf), "--dtmf takes the keys 0-9 * # A-D");
  check(ref === undefined || UUID.test(ref), "--ref must be a UUID");
  check(ref === undefined || count === 1, "--ref is for one call");
  const sound = soundOf(options);
  return {
    target: to,
    ref,
    dial: { sampleRate, timeout, silence: sound.isPattern ? "never" : "always" },
    sound,
    durationMs: options.duration ?? (options.play === undefined ? DEFAULT_MS : undefined),
    keys: { digits: dtmf, afterMs: dtmfAfter },
    record: record && { fileOf: recordingOf(record, count), options: { sides: "caller", overwrite } }
  };
}

function soundOf({ play, tone: hz, silent, sampleRate = 8000 }) {
  if (play !== undefined) {
    return { source: play };
  }
  if (hz !== undefined) {
    return { source: tone(hz, sampleRate), options: { loop: true, format: { encoding: "slin", sampleRate } } };
  }
  return silent ? {} : { isPattern: true };
}

function check(holds, message) {
  if (!holds) {
    throw new UsageError(message);
  }
}

module.exports = { define };

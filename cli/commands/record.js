"use strict";

const { secondsOption, target } = require("../arguments.js");
const { callAndTell } = require("../calling.js");
const handlers = require("../handlers.js");
const { more } = require("../help.js");
const { addRecordOptions, addServerOptions, serve } = require("../serving.js");

const DIAL = { silence: "always", timeout: 5000 };

const DETAILS = `Without --from it takes calls, as "serve record DIR" does, and records each into a file of its
own in the directory PATH. With --from it calls that server, says nothing, and records what is
heard into the file PATH until the server hangs up; the options of a server then mean nothing.`;

const EXAMPLES = [
  ["callstreams record /srv/calls", "record whoever calls port 9092, a file each"],
  ["callstreams record /srv/calls --sides caller --calls 1", "one call, and only what is said on it"],
  ["callstreams record heard.wav --from 127.0.0.1:9092", "call a server, and record what it says"]
];

function define(program) {
  const command = program
    .command("record")
    .description("record those who call, or whom it calls")
    .argument("<path>", "a directory; with --from, a file .wav or .sln")
    .option("--from <target>", "call HOST:PORT, or a ws:// or wss:// URL")
    .addOption(secondsOption("-d, --duration <seconds>", "with --from: hang up after so long", [0.1, 86_400]))
    .option("--overwrite", "with --from: replace a recording that is there");
  addServerOptions(addRecordOptions(command)).addHelpText("after", more(DETAILS, EXAMPLES)).action(run);
}

async function run(path, options) {
  if (options.from === undefined) {
    await serve(await handlers.record(path, options), options);
    return;
  }
  const { sampleRate, sides = "caller", format, overwrite, duration, json } = options;
  const plan = {
    target: target(options.from),
    dial: { ...DIAL, sampleRate },
    sound: {},
    durationMs: duration,
    keys: { digits: "" },
    record: { fileOf: () => path, options: { sides, format, overwrite } }
  };
  await callAndTell(plan, { json, durationMs: duration });
}

module.exports = { define };

"use strict";

const { target } = require("../arguments.js");
const { callAndTell } = require("../calling.js");
const handlers = require("../handlers.js");
const { more } = require("../help.js");
const { addPlayOptions, addServerOptions, serve } = require("../serving.js");

const DIAL = { silence: "always", timeout: 5000 };

const DETAILS = `Without --to it takes calls, as "serve play FILE" does, plays the file to each and hangs up.
With --to it calls that server, as "call TARGET --play FILE" does; the options of a server then
mean nothing.`;

const EXAMPLES = [
  ["callstreams play welcome.mp3", "play to whoever calls port 9092, and hang up"],
  ["callstreams play hold.ogg --loop --gain -12", "play softly until the caller hangs up"],
  ["callstreams play welcome.mp3 --calls 1", "to one caller, and end"],
  ["callstreams play question.wav --to 127.0.0.1:9092", "call a server, play to it, and hang up"]
];

function define(program) {
  const command = program
    .command("play")
    .description("play a file to those who call, or to whom it calls")
    .argument("<file>", "what to play, of any common format")
    .option("--to <target>", "call HOST:PORT, or a ws:// or wss:// URL");
  addServerOptions(addPlayOptions(command)).addHelpText("after", more(DETAILS, EXAMPLES)).action(run);
}

async function run(file, options) {
  if (options.to === undefined) {
    await serve(await handlers.play(file, options), options);
    return;
  }
  const { loop, gain, sampleRate, json } = options;
  const plan = {
    target: target(options.to),
    dial: { ...DIAL, sampleRate },
    sound: { source: file, options: { loop, gain } },
    keys: { digits: "" }
  };
  await callAndTell(plan, { json });
}

module.exports = { define };

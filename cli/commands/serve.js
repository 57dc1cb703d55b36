"use strict";

const { webSocketUrl } = require("../arguments.js");
const { UsageError } = require("../errors.js");
const handlers = require("../handlers.js");
const { more } = require("../help.js");
const { addPlayOptions, addRecordOptions, addServerOptions, serve } = require("../serving.js");

const MODULE = /[/\\]|\.[cm]?[jt]s$/;

const DETAILS = `The handler is one of
  echo           give every caller back what they say (the default)
  play FILE      play a file to every caller, then hang up
  record DIR     record every call into a file of its own in a directory
  fork URL       send every call to a WebSocket server
  ./MODULE.js    call the module's function (req, res): its default export, or onConnection

SIGINT and SIGTERM end it: calls are hung up, after --drain seconds if they last so long. A
second one ends it at once.`;

const EXAMPLES = [
  ["callstreams serve", "echo, on port 9092"],
  ["callstreams serve play welcome.mp3 --port 9093", "play a file to every caller, and hang up"],
  ["callstreams serve record /srv/calls --metrics 9100", "record every call, and count"],
  ["callstreams serve fork wss://bot.example.com/ --bidirectional", "let a WebSocket server talk to the callers"],
  ["callstreams serve ./bot.js --websocket 9093", "a handler of your own, for both transports"]
];

function define(program) {
  const command = program
    .command("serve")
    .description("take calls: echo, play, record, fork, or a module of yours")
    .argument("[handler]", "what to do with a call", "echo")
    .argument("[argument]", "what the handler works on");
  addServerOptions(command)
    .option("--bidirectional", "fork: let the WebSocket server speak to the caller");
  addRecordOptions(addPlayOptions(command)).addHelpText("after", more(DETAILS, EXAMPLES)).action(run);
}

async function run(name, argument, options) {
  await serve(await handlerFor(name, argument, options), options);
}

function handlerFor(name, argument, options) {
  if (MODULE.test(name)) {
    without(name, argument);
    return handlers.fromModule(name);
  }
  switch (name) {
    case "echo":
      without(name, argument);
      return handlers.echo();
    case "play":
      return handlers.play(wanted(argument, "play wants a FILE"), options);
    case "record":
      return handlers.record(wanted(argument, "record wants a DIRECTORY"), options);
    case "fork":
      return handlers.fork(webSocketUrl(wanted(argument, "fork wants a URL")), forkOptions(options));
    default:
      throw new UsageError(`There is no handler ${name}: echo, play, record, fork, or the path of a module`);
  }
}

function forkOptions({ bidirectional, sampleRate }) {
  return { bidirectional, sampleRate };
}

function without(name, argument) {
  if (argument !== undefined) {
    throw new UsageError(`${name} takes nothing more: ${argument}`);
  }
}

function wanted(argument, message) {
  if (argument === undefined) {
    throw new UsageError(message);
  }
  return argument;
}

module.exports = { define };

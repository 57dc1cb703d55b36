"use strict";

const { Command } = require("commander");
const { version } = require("../package.json");
const { addCompletion } = require("./completion.js");
const { errorLine, UsageError } = require("./errors.js");
const { examples } = require("./help.js");

const COMMANDS = ["serve", "call", "play", "record", "bench", "doctor"];

/** Everything that the command line knows. Nothing here needs the native library; the commands do. */
async function createProgram() {
  const program = new Command("callstreams")
    .description("Live audio of telephone calls: servers and callers to try things with, without a PBX")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help on a command")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) });
  for (const name of COMMANDS) {
    require(`./commands/${name}.js`).define(program);
  }
  await addCompletion(program);
  return program.addHelpText("after", FOOTER);
}

/** commander's own words, with a code. */
function usageLine(text) {
  const message = text.replace(/^error: /, "").trim();
  return `${errorLine(new UsageError(message), process.argv.includes("--json"))}\n`;
}

const FOOTER =
  examples([
    ["callstreams serve", "give every caller back what they say, on port 9092"],
    ["callstreams call 127.0.0.1:9092", "call it, as Asterisk would, and measure"],
    ["callstreams serve ./bot.js --sample-rate 16000", "have a handler of your own take the calls"],
    ["callstreams doctor", "see that all is well, and what to write into Asterisk's dialplan"]
  ]) + "\nExit codes: 0 all went well, 1 something failed, 2 the command line was wrong.\n";

module.exports = { createProgram };

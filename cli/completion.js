"use strict";

const fs = require("node:fs");
const path = require("node:path");

const HANDLERS = [
  ["echo", "give every caller back what they say"],
  ["play", "play a file to every caller"],
  ["record", "record every call into a directory"],
  ["fork", "send every call to a WebSocket server"]
];

/** Options that want a file or a directory. */
const FILE_OPTIONS = ["play", "record"];

/**
 * Adds `completion`, which prints a shell's script, and the hidden `complete`, which that script asks.
 * Both are made of what the program has been told of its commands and options.
 */
async function addCompletion(program) {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const completion = tab(program, { completionCommandName: "completion" });
  const argument = (command, name) => completion.commands.get(command).arguments.get(name);
  argument("serve", "handler").handler = (complete) => {
    HANDLERS.forEach(([name, what]) => complete(name, what));
    offerFiles(complete);
  };
  argument("serve", "argument").handler = offerFiles;
  argument("play", "file").handler = offerFiles;
  argument("record", "path").handler = offerFiles;
  for (const name of FILE_OPTIONS) {
    completion.commands.get("call").options.get(name).handler = offerFiles;
  }
}

/** Offers the files that the last word may become. */
function offerFiles(complete) {
  const word = process.argv.at(-1);
  const folder = word.endsWith("/") ? word : path.join(path.dirname(word), "/");
  const shown = word.includes("/") ? folder : "";
  for (const entry of entriesOf(folder)) {
    complete(`${shown}${entry.name}${entry.isDirectory() ? "/" : ""}`, "");
  }
}

function entriesOf(folder) {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

module.exports = { addCompletion };

"use strict";

const fs = require("node:fs");
const path = require("node:path");

/** What npm itself knows, of what the documentation says. */
const OF_NPM = new Set(["install", "ci", "test", "start", "run", "pack", "publish", "view", "version"]);

/** A function that says what a block of `sh` names that is not there. */
async function shellFaults(root) {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const { createProgram } = require(path.join(root, "cli/program.js"));
  const program = await createProgram();
  return ({ text }) =>
    commandsIn(text).flatMap((words) => {
      const [command, ...args] = words;
      if (command === "npm") {
        return npmFaults(scripts, args);
      }
      if (command === "callstreams" || (command === "npx" && args[0] === "callstreams")) {
        return callstreamsFaults(program, command === "npx" ? args.slice(1) : args);
      }
      return command === "node" ? nodeFaults(root, args) : [];
    });
}

/** Each command's words, without comments and variables that are set for it. */
function commandsIn(text) {
  return text
    .replace(/\\\n\s*/g, " ")
    .split(/\n|&&|\|\||;|\||&(?!\S)/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .map((line) => line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [])
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter((words) => words.length > 0);
}

function npmFaults(scripts, [verb, name]) {
  if (!OF_NPM.has(verb)) {
    return [`npm has no ${verb}`];
  }
  const script = verb === "run" ? name : ["test", "start"].includes(verb) && verb;
  return script && !(script in scripts) ? [`there is no script ${script}`] : [];
}

/** A command or an option of ours that the program does not know. */
function callstreamsFaults(program, words) {
  const [name] = words.filter((word) => !word.startsWith("-"));
  const command = name ? program.commands.find((one) => one.name() === name) : program;
  if (!command) {
    return name === "<command>" || name === "help" ? [] : [`callstreams has no command ${name}`];
  }
  const known = [...command.options, ...program.options].flatMap(({ short, long }) => [short, long]);
  const options = words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.split("=")[0]);
  return options
    .filter((option) => !known.includes(option) && !["-h", "--help"].includes(option))
    .map((option) => `callstreams ${name ?? ""} has no ${option}`);
}

function nodeFaults(root, args) {
  const file = args.find((word) => !word.startsWith("-"));
  return file && /\//.test(file) && !fs.existsSync(path.join(root, file)) ? [`there is no ${file}`] : [];
}

module.exports = { shellFaults };

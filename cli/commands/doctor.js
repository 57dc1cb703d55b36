"use strict";

const os = require("node:os");
const { Option } = require("commander");
const { jsonOption, port, whole } = require("../arguments.js");
const { ariPlace } = require("../ari.js");
const { examine } = require("../checks.js");
const { dialplan } = require("../dialplan.js");
const { Exit } = require("../errors.js");
const { more } = require("../help.js");
const { Output, table } = require("../output.js");

const MARKS = { ok: "ok", warning: "??", failed: "NO" };

const DETAILS = `Checks what calls need: Node, the native binary, the port, a call to itself, and Asterisk if
told where its ARI is. Prints what to write into Asterisk's dialplan.

The exit code is 1 if anything is not as it must be.`;

const EXAMPLES = [
  ["callstreams doctor", "look at this machine, and print a dialplan"],
  ["callstreams doctor --address 192.0.2.10 --port 9093", "for a server elsewhere, on another port"],
  ["callstreams doctor --ari http://user:password@127.0.0.1:8088", "and look at Asterisk"],
  ["CALLSTREAMS_ARI=http://user:password@127.0.0.1:8088 callstreams doctor --json", "out of others' sight, for a machine"]
];

function define(program) {
  program
    .command("doctor")
    .description("check this machine, and print a dialplan")
    .option("-p, --port <port>", "port that your server will listen on", whole(1, 65_535), 9092)
    .option("--host <address>", "address that it will listen on", "0.0.0.0")
    .option("--websocket <port>", "port for WebSocket, in what is printed", port, 9093)
    .option("--address <host>", "where Asterisk reaches it (default: this machine's first address)")
    .addOption(new Option("--ari <url>", "Asterisk's ARI, http://user:password@host:port").env("CALLSTREAMS_ARI"))
    .addOption(jsonOption("what was found"))
    .addHelpText("after", more(DETAILS, EXAMPLES))
    .action(run);
}

async function run({ port: audioSocketPort, host, websocket, address = ownAddress(), ari, json }) {
  const place = ari === undefined ? null : ariPlace(ari);
  const checks = await examine({ host, port: audioSocketPort, ari: place });
  const lines = dialplan({ address, port: audioSocketPort, websocket });
  new Output({ json }).result({ checks, dialplan: lines }, `${textOf(checks)}\n\n${lines}`);
  if (checks.some(({ status }) => status === "failed")) {
    process.exitCode = Exit.FAILURE;
  }
}

function textOf(checks) {
  return table(checks.map(({ name, status, message }) => [`${MARKS[status]}  ${name}`, message]));
}

function ownAddress() {
  const all = Object.values(os.networkInterfaces()).flat();
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}

module.exports = { define };

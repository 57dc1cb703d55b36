"use strict";

const path = require("node:path");
const { GENERATOR } = require("./generator.js");

const OURS = "callstreams";

const program = (file) => [process.execPath, "--expose-gc", path.join(__dirname, "servers", file)];

/** How each server is started; what it is to do follows. */
const COMMANDS = {
  [OURS]: program("callstreams.js"),
  "@fonoster/streams": program("fonoster-streams.js"),
  "asterisk-audiosocket": program("asterisk-audiosocket.mjs"),
  "Node net by hand": program("node-net.js"),
  "tokio, no JavaScript": [GENERATOR, "tokio-echo"],
  "epoll, no JavaScript": [GENERATOR, "epoll-echo"]
};

const LIBRARIES = Object.keys(COMMANDS).slice(0, 3);
const ALL = Object.keys(COMMANDS);

module.exports = { ALL, COMMANDS, LIBRARIES, OURS };

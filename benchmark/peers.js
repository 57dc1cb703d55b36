"use strict";

const path = require("node:path");
const { GENERATOR } = require("./generator.js");

const OURS = "callstreams";
const FONOSTER = "@fonoster/streams";
const ASTERISK = "asterisk-audiosocket";
const BY_HAND = "Node net by hand";
const BY_WS = "ws by hand";
const BY_NET_AND_WS = "Node net and ws by hand";
const TOKIO = "tokio, no JavaScript";
const EPOLL = "epoll, no JavaScript";

const program = (file) => [process.execPath, "--expose-gc", path.join(__dirname, "servers", file)];

/** How each server is started; what it is to do follows, and over which wire. */
const COMMANDS = {
  [OURS]: program("callstreams.js"),
  [FONOSTER]: program("fonoster-streams.js"),
  [ASTERISK]: program("asterisk-audiosocket.mjs"),
  [BY_HAND]: program("node-net.js"),
  [BY_WS]: program("node-ws.js"),
  [BY_NET_AND_WS]: program("node-net.js"),
  [TOKIO]: [GENERATOR, "tokio-echo"],
  [EPOLL]: [GENERATOR, "epoll-echo"]
};

const LIBRARIES = [OURS, FONOSTER, ASTERISK];
const IN_NODE = [...LIBRARIES, BY_HAND];
const ALL = [...IN_NODE, TOKIO, EPOLL];

module.exports = { ALL, ASTERISK, BY_HAND, BY_NET_AND_WS, BY_WS, COMMANDS, FONOSTER, IN_NODE, LIBRARIES, OURS, TOKIO };

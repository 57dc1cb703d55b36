"use strict";

const { WIRE_RATE } = require("./options.js");

/** What is known of every call over AudioSocket. */
const AUDIOSOCKET = Object.freeze({
  dialect: "audiosocket",
  sampleRate: WIRE_RATE,
  channels: 1,
  capabilities: Object.freeze({
    audio: true,
    text: false,
    dtmf: true,
    sendDtmf: true,
    clear: true,
    clearAtFarEnd: false,
    mark: false,
    answer: false
  })
});

/** What the core tells of a call over WebSocket when it begins: facts, and what the peer said of it. */
function begunFacts([dialect, sampleRate, channels, ...json]) {
  const { capabilities, ...told } = JSON.parse(json.join("\n"));
  const facts = { dialect, sampleRate: Number(sampleRate), channels: Number(channels), capabilities };
  return { facts, told };
}

module.exports = { AUDIOSOCKET, begunFacts };

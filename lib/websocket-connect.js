"use strict";

const { checkSignal, place } = require("./connect.js");
const { engine } = require("./engine.js");
const { nativeClient, targetOf } = require("./websocket-client.js");
const { nativeTerms, webSocketDialOptions } = require("./websocket-options.js");

/** How long the call may take to begin once the WebSocket is open. */
const PATIENCE_MS = 10_000;

/** Connects to a WebSocket that takes calls, and gives the call's AudioStream when it has begun. */
async function connect(url, given = {}) {
  const options = webSocketDialOptions(given);
  checkSignal(options.signal);
  options.signal?.throwIfAborted();
  const target = targetOf(url);
  const native = {
    client: nativeClient(target, options, options),
    patienceMs: PATIENCE_MS,
    terms: nativeTerms(options)
  };
  const where = { address: target.hostname, port: Number(target.port) };
  return place({ ...options, ...where }, () => engine().connectWebSocket(native));
}

module.exports = { connect };

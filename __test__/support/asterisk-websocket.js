"use strict";

/**
 * Asterisk's chan_websocket: as client, which dials a server of the test's own, and as server, which
 * waits to be connected to. docs/websocket.md shows the same lines as a user would have them.
 */

const { WebSocketAudio } = require("../..");
const { Ear, answer } = require("./asterisk-answer");

/** The client's name in websocket_client.conf. */
const CLIENT = "app";

/** A WebSocketAudio on a free port, which `WebSocket/app` leads to. `client` are settings of the client's. */
async function answerWebSocket(asterisk, t, { client = {}, ...options } = {}) {
  const app = answer(t, { Server: WebSocketAudio, ...options });
  const settings = {
    type: "websocket_client",
    connection_type: "per_call_config",
    uri: `${options.cert ? "wss" : "ws"}://${app.where}/calls`,
    protocols: "media",
    ...client
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  asterisk.configure("websocket_client.conf", `[${CLIENT}]\n${lines.join("")}`);
  await asterisk.cli("module reload res_websocket_client");
  return app;
}

/** The near step that reaches the app, with a name for `app.ear`. `g`: the dialplan goes on after a hangup. */
function dialApp(ref, options) {
  return `Dial(WebSocket/${CLIENT}/${options}v(call=${ref}),10,g)`;
}

/** The near step that waits for the app. */
function dialIncoming(options) {
  return `Dial(WebSocket/INCOMING/${options},10,g)`;
}

/** Connects to the WebSocket that the call's near end waits on, and gives the ear on it. */
async function connectTo(asterisk, call, options) {
  const calls = (e) => e.type === "Dial" && e.caller?.id === call.nearId;
  const { peer } = await asterisk.ari.event(calls, "the near end waits for a WebSocket");
  return connectToChannel(asterisk, peer.id, options);
}

/** As `connectTo`, given the id of the WebSocket channel. */
async function connectToChannel(asterisk, channel, options) {
  const query = "variable=MEDIA_WEBSOCKET_CONNECTION_ID";
  const { value } = await asterisk.ari.request("GET", `/channels/${channel}/variable?${query}`);
  const url = `ws://127.0.0.1:${asterisk.access.port}/media/${value}`;
  const res = await WebSocketAudio.connect(url, { subprotocols: ["media"], ...options });
  return new Ear(res);
}

/** What is left of sound that goes through µ-law, and goes through it again unchanged. */
function throughUlaw(pcm) {
  const levels = Array.from({ length: 128 }, (_, code) => ulawLevel(code));
  const through = Buffer.alloc(pcm.length);
  for (let at = 0; at < pcm.length; at += 2) {
    const sample = pcm.readInt16LE(at);
    const level = levels.findLast((value) => value <= Math.abs(sample));
    through.writeInt16LE(Math.sign(sample) * level, at);
  }
  return through;
}

/** The value of a code: a segment of three bits, which doubles the step, and sixteen steps in it. */
function ulawLevel(code) {
  const [segment, step] = [code >> 4, code & 15];
  return ((2 * step + 33) << (segment + 2)) - 132;
}

module.exports = {
  CLIENT,
  answerWebSocket,
  connectTo,
  connectToChannel,
  dialApp,
  dialIncoming,
  throughUlaw
};

"use strict";

const { randomUUID } = require("node:crypto");
const { library } = require("./library.js");

/**
 * Places a call, as Asterisk does: over AudioSocket, or over WebSocket as chan_websocket.
 *
 * Gives `{res, ref, sendKey}`. Rejects as `AudioSocket.connect` and `WebSocketAudio.connect` do.
 */
async function dial(target, options) {
  const { ref = randomUUID(), ...others } = options;
  if (target.url === undefined) {
    const { host, port } = target;
    const res = await library().AudioSocket.connect({ ...others, host, port, ref });
    return { res, ref, sendKey: (key) => res.dtmf(key) };
  }
  return dialWebSocket(target.url, ref, others);
}

/** The library comes to Asterisk, and is not Asterisk: what chan_websocket says is said here. */
async function dialWebSocket(url, ref, { sampleRate = 8000, ...others }) {
  const res = await library().WebSocketAudio.connect(url, {
    ...others,
    dialect: "raw",
    format: { sampleRate },
    subprotocols: ["media"]
  });
  res.on("message", (message) => obey(res, message));
  res.send(mediaStart(ref, sampleRate));
  return { res, ref, sendKey: (key) => res.send(`DTMF_END digit:${key}`) };
}

function mediaStart(ref, sampleRate) {
  const fields = {
    connection_id: ref,
    channel: `WebSocket/callstreams/${ref}`,
    channel_id: ref,
    format: sampleRate === 8000 ? "slin" : `slin${Math.floor(sampleRate / 1000)}`,
    optimal_frame_size: sampleRate / 25,
    ptime: 20
  };
  return ["MEDIA_START", ...Object.entries(fields).map(([name, value]) => `${name}:${value}`)].join(" ");
}

/** Nothing is queued here: what was asked to be told of when it has been heard has been heard. */
function obey(res, message) {
  const words = typeof message === "string" ? message.split(" ") : [message?.command, message?.correlation_id];
  const [command, id = ""] = words;
  switch (command) {
    case "HANGUP":
      return res.hangup();
    case "MARK_MEDIA":
      return res.send(`MEDIA_MARK_PROCESSED ${id}`);
    case "STOP_MEDIA_BUFFERING":
      return res.send(`MEDIA_BUFFERING_COMPLETED ${id}`);
    case "REPORT_QUEUE_DRAINED":
      return res.send("QUEUE_DRAINED");
  }
}

module.exports = { dial };

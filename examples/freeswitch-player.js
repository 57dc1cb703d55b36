"use strict";

// Plays to FreeSWITCH's callers what is said with `playback: "json"` or `"wav"`: the module makes a file of each
// message and raises an event, and somebody has to play the file. This does, over FreeSWITCH's event socket.
//
//   node examples/freeswitch-player.js
//
// ESL_HOST (127.0.0.1), ESL_PORT (8021) and ESL_PASSWORD (ClueCon) are those of event_socket.conf.xml, which lets
// nobody in from elsewhere unless it is told to. The files stay with FreeSWITCH.

const net = require("node:net");

const { ESL_HOST = "127.0.0.1", ESL_PORT = 8021, ESL_PASSWORD = "ClueCon" } = process.env;
const EVENTS = "mod_audio_stream::play mod_audio_fork::play_audio";
const RETRY_MS = 1000;
const MOST_BYTES = 8 * 1024 * 1024;

connect();

function connect() {
  const socket = net.connect(Number(ESL_PORT), ESL_HOST);
  let received = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    received = Buffer.concat([received, bytes]);
    if (received.length > MOST_BYTES) {
      socket.destroy(new Error("more came than an event can have"));
    }
    for (let message = next(received); message !== null; message = next(received)) {
      received = message.rest;
      handle(socket, message);
    }
  });
  socket.on("error", (error) => console.error("the event socket:", error.message));
  socket.on("close", () => setTimeout(connect, RETRY_MS));
}

/** The first message of these bytes, `{ type, reply, body, rest }`; null if it is not all there. */
function next(bytes) {
  const end = bytes.indexOf("\n\n");
  if (end < 0) {
    return null;
  }
  const head = bytes.toString("utf8", 0, end);
  const field = (name) => new RegExp(`^${name}: *(.*)$`, "imu").exec(head)?.[1] ?? "";
  const body = end + 2;
  const rest = body + Number(field("content-length"));
  if (bytes.length < rest) {
    return null;
  }
  return {
    type: field("content-type"),
    reply: field("reply-text"),
    body: bytes.toString("utf8", body, rest),
    rest: bytes.subarray(rest)
  };
}

function handle(socket, { type, reply, body }) {
  if (type === "auth/request") {
    socket.write(`auth ${ESL_PASSWORD}\n\n`);
  } else if (reply === "+OK accepted") {
    socket.write(`event json CUSTOM ${EVENTS}\n\n`);
    console.log("waiting for sounds");
  } else if (type === "text/event-json") {
    play(socket, body);
  } else if (reply.startsWith("-ERR")) {
    console.error("FreeSWITCH says", reply);
  }
}

/** Has the caller hear an event's file, behind those before it. */
function play(socket, json) {
  try {
    const event = JSON.parse(json);
    const { file } = JSON.parse(event._body);
    const uuid = event["Unique-ID"];
    if (/^[\w-]+$/u.test(uuid) && /^[^\s']+$/u.test(file)) {
      socket.write(`bgapi uuid_broadcast ${uuid} ${file} aleg\n\n`);
      console.log("played to", uuid, file);
    }
  } catch (error) {
    console.error("an event that is none of a sound:", error.message);
  }
}

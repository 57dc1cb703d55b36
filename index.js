"use strict";

// A map: what callstreams exports, and where it is.
const { AudioSocket } = require("./lib/audio-socket.js");
const { AudioStream } = require("./lib/audio-stream.js");
const { CallServer } = require("./lib/call-server.js");
const { AudioSocketError } = require("./lib/errors.js");
const { Fork } = require("./lib/fork.js");
const { Recording } = require("./lib/recording.js");
const {
  ErrorCode,
  EventType,
  MAXIMUM_MESSAGE_LENGTH,
  MINIMUM_MESSAGE_LENGTH,
  MessageType
} = require("./lib/types.js");

/** Loaded at its first use: whoever has AudioSocket alone is up sooner. */
const later = {
  get WebSocketAudio() {
    return require("./lib/websocket-audio.js").WebSocketAudio;
  }
};

module.exports = {
  AudioSocket,
  AudioSocketError,
  AudioStream,
  CallServer,
  ErrorCode,
  EventType,
  Fork,
  MAXIMUM_MESSAGE_LENGTH,
  MINIMUM_MESSAGE_LENGTH,
  MessageType,
  Recording
};

// In a form that Node's `import { WebSocketAudio }` finds.
Object.defineProperty(module.exports, "WebSocketAudio", {
  enumerable: true,
  get() {
    return later.WebSocketAudio;
  }
});

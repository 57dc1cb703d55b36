"use strict";

// A map: what callstreams exports, and where it is.
const { AudioSocket } = require("./lib/audio-socket.js");
const { AudioStream } = require("./lib/audio-stream.js");
const { AudioSocketError } = require("./lib/errors.js");
const { Recording } = require("./lib/recording.js");
const {
  ErrorCode,
  EventType,
  MAXIMUM_MESSAGE_LENGTH,
  MINIMUM_MESSAGE_LENGTH,
  MessageType
} = require("./lib/types.js");

module.exports = {
  AudioSocket,
  AudioSocketError,
  AudioStream,
  ErrorCode,
  EventType,
  MAXIMUM_MESSAGE_LENGTH,
  MINIMUM_MESSAGE_LENGTH,
  MessageType,
  Recording
};

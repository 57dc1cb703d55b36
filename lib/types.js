"use strict";

/** An enum as TypeScript compiles it: names to values, and values back to names. */
function numericEnum(values) {
  const names = Object.entries(values).map(([name, value]) => [value, name]);
  return Object.freeze({ ...Object.fromEntries(names), ...values });
}

/** Bytes of a message without a payload. */
const MINIMUM_MESSAGE_LENGTH = 3;

/** Bytes that a message's length field can name. */
const MAXIMUM_MESSAGE_LENGTH = 65535;

/** What a message is, by its first byte. Audio at other rates than 8 kHz is 0x11 to 0x18. */
const MessageType = numericEnum({
  HANGUP: 0x00,
  ID: 0x01,
  SILENCE: 0x02,
  DTMF: 0x03,
  SLIN: 0x10,
  SLIN12: 0x11,
  SLIN16: 0x12,
  SLIN24: 0x13,
  SLIN32: 0x14,
  SLIN44: 0x15,
  SLIN48: 0x16,
  SLIN96: 0x17,
  SLIN192: 0x18,
  ERROR: 0xff
});

/** Why the peer failed, as its error message says. */
const ErrorCode = numericEnum({
  NONE: 0x00,
  AST_HANGUP: 0x01,
  AST_FRAME_FORWARDING: 0x02,
  AST_MEMORY: 0x04,
  UNKNOWN: 0xff
});

/** The events that `onData`, `onClose` and `onError` listen to. */
const EventType = Object.freeze({ DATA: "data", END: "end", ERROR: "error" });

module.exports = {
  ErrorCode,
  EventType,
  MAXIMUM_MESSAGE_LENGTH,
  MINIMUM_MESSAGE_LENGTH,
  MessageType
};

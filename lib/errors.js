"use strict";

const { constants } = require("node:os");
const { getSystemErrorMap, inspect } = require("node:util");
const { ErrorCode } = require("./types.js");

const MESSAGES = {
  [ErrorCode.NONE]: "No error",
  [ErrorCode.AST_HANGUP]: "Asterisk hangup",
  [ErrorCode.AST_FRAME_FORWARDING]: "Asterisk frame forwarding",
  [ErrorCode.AST_MEMORY]: "Asterisk memory"
};

/** What calls that are over have rejected with. */
const ends = new WeakSet();

/** What the core calls the loss of a connection that was there. */
const LOST = "ERR_CONNECTION_LOST";

/** The peer sent an error message, which ends the call. */
class AudioSocketError extends Error {
  constructor(errorCode) {
    super(AudioSocketError.getMessageFromCode(errorCode));
    this.name = "AudioSocketError";
    this.code = "ERR_AUDIOSOCKET";
    this.errorCode = errorCode;
  }

  static getMessageFromCode(errorCode) {
    return MESSAGES[errorCode] ?? "Unknown error";
  }
}

/** An error with a stable code. */
function codedError(code, message) {
  return Object.assign(new Error(message), { code });
}

/** The argument `name` is not of the kind that is wanted. */
function typeError(name, wanted, value) {
  const message = `The "${name}" argument must be ${wanted}. Received ${inspect(value, { depth: 0 })}`;
  return Object.assign(new TypeError(message), { code: "ERR_INVALID_ARG_TYPE" });
}

/** The argument `name` is of the right kind and out of range. */
function rangeError(name, wanted, value) {
  const message = `The "${name}" argument must be ${wanted}. Received ${inspect(value, { depth: 0 })}`;
  return Object.assign(new RangeError(message), { code: "ERR_OUT_OF_RANGE" });
}

/** What was asked of a call cannot be: the call is over, for this reason if it had one. */
function callOver(cause) {
  const error = new Error("The call is over", cause === null ? undefined : { cause });
  ends.add(error);
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

/** Whether this is what a call rejects with once it is over, and no other AbortError. */
function isCallOver(error) {
  return ends.has(error);
}

/** The port is no port: as Node's. */
function badPort(port) {
  const message = `The port must be a whole number up to 65535. Received ${inspect(port, { depth: 0 })}`;
  return Object.assign(new RangeError(message), { code: "ERR_SOCKET_BAD_PORT" });
}

/** The error that Node would make of a failed system call: `where` is an address and port, or a path. */
function systemError(errno, syscall, where = {}) {
  const [code, text] = getSystemErrorMap().get(-errno) ?? ["UNKNOWN", "unknown error"];
  const message =
    where.path === undefined
      ? `${syscall} ${code}: ${text}${placeOf(where)}`
      : `${code}: ${text}, ${syscall} '${where.path}'`;
  return Object.assign(new Error(message), { errno: -errno, code, syscall }, where);
}

/** The core's word on a lost or failed connection, as Node would put it. */
function connectionError([errno, code, ...message], { host, address, port }) {
  if (code === "ERR_WS_HANDSHAKE" && Number(errno) !== 0) {
    // In place of a system's number there is what the server answered.
    return Object.assign(codedError(code, message.join("\n")), { statusCode: Number(errno) });
  }
  const number = code === "ETIMEDOUT" ? constants.errno.ETIMEDOUT : Number(errno);
  if (number === 0) {
    return codedError(code, message.join("\n"));
  }
  return port === undefined || code === LOST
    ? systemError(number, "read")
    : connectError(number, { host, address, port }, message.join("\n"));
}

/** Nobody could be reached: named as Node does, and `tried` says what became of each address. */
function connectError(errno, { host, address, port }, tried) {
  const [code] = getSystemErrorMap().get(-errno) ?? ["UNKNOWN"];
  const message = `connect ${code} ${host ?? address}:${port} (${tried})`;
  return Object.assign(new Error(message), { errno: -errno, code, syscall: "connect", address, port });
}

function placeOf({ address, port }) {
  return address === undefined ? "" : ` ${address}:${port}`;
}

/** What was thrown, which may be no Error. */
function errorOf(value) {
  if (value instanceof Error) {
    return value;
  }
  const error = codedError("ERR_UNHANDLED_ERROR", `A handler threw ${inspect(value, { depth: 0 })}`);
  return Object.assign(error, { context: value });
}

module.exports = { AudioSocketError, badPort, callOver, codedError, connectionError, errorOf, isCallOver, rangeError, systemError, typeError };

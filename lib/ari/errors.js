"use strict";

/** What can go wrong with ARI, with a stable code each. No message ever holds a password. */

const { STATUS_CODES } = require("node:http");
const { codedError } = require("../errors.js");

const CODES = { 401: "ERR_ARI_UNAUTHORIZED", 403: "ERR_ARI_FORBIDDEN", 404: "ERR_ARI_NOT_FOUND" };

/** Asterisk answered with an HTTP status that is no success; `body` is what it said about that. */
function statusError(what, status, body) {
  const said = body?.message ?? body?.error ?? STATUS_CODES[status] ?? "no reason given";
  const error = codedError(CODES[status] ?? "ERR_ARI_STATUS", `${what}: ${status} ${said}`);
  return Object.assign(error, { status, body });
}

/** Asterisk did not answer in time. */
function timeoutError(what, ms) {
  return codedError("ERR_ARI_TIMEOUT", `${what}: no answer within ${ms} ms`);
}

/** Something answered that is no ARI. */
function responseError(what, fault) {
  return codedError("ERR_ARI_RESPONSE", `${what}: ${fault}`);
}

/** The client has been stopped, which ends whatever waits. */
function stoppedError(what) {
  return codedError("ERR_ARI_STOPPED", `${what}: the client was stopped`);
}

/** The connection failed; Node's own code where it has one. */
function networkError(what, cause) {
  const said = cause.message || cause.code || "the connection failed";
  return codedError(cause.code ?? "ERR_ARI_CONNECTION", `${what}: ${said}`);
}

module.exports = { networkError, responseError, statusError, stoppedError, timeoutError };

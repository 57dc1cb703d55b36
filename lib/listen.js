"use strict";

const dns = require("node:dns");
const net = require("node:net");
const { badPort, typeError } = require("./errors.js");

const DEFAULT_HOST = "0.0.0.0";
const DEFAULT_BACKLOG = 511;
const MAX_PORT = 65535;
const MAX_BACKLOG = 2 ** 31 - 1;

/** `(port[, bind][, callback])` or `({port, host, backlog, reusePort}[, callback])`. */
function listenArguments(args) {
  const callback = args.find((arg) => typeof arg === "function") ?? null;
  const [first, second] = args.filter((arg) => typeof arg !== "function");
  const given = first !== null && typeof first === "object" ? first : { port: first };
  const named = (typeof second === "string" ? second : given.host) || null;
  const host = named ?? DEFAULT_HOST;
  const backlog = given.backlog ?? DEFAULT_BACKLOG;
  if (typeof host !== "string") {
    throw typeError("options.host", "a string", host);
  }
  if (!Number.isInteger(backlog) || backlog < 0 || backlog > MAX_BACKLOG) {
    throw typeError("options.backlog", "a whole number that is not negative", backlog);
  }
  const reusePort = given.reusePort === true;
  return { callback, options: { port: given.port ?? 0, host, isAnywhere: named === null, backlog, reusePort } };
}

/**
 * Checks the port and finds the address to bind. For an IP address `found` is called before this
 * returns; a name is looked up first.
 */
function findAddress({ host, port }, found) {
  const number = typeof port === "string" && port.trim() !== "" ? Number(port) : port;
  if (!Number.isInteger(number) || number < 0 || number > MAX_PORT) {
    found(badPort(port));
  } else if (net.isIP(host) !== 0) {
    found(null, host, number);
  } else if (host === "localhost") {
    found(null, "127.0.0.1", number);
  } else {
    dns.lookup(host, (error, address) => found(error, address, number));
  }
}

module.exports = { findAddress, listenArguments };

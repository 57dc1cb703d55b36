"use strict";

const dns = require("node:dns");
const net = require("node:net");
const { inspect } = require("node:util");
const { codedError } = require("./errors.js");

const DEFAULT_HOST = "0.0.0.0";
const DEFAULT_BACKLOG = 511;
const MAX_PORT = 65535;

/** `(port[, bind][, callback])` or `({port, host, backlog, reusePort}[, callback])`. */
function listenArguments(args) {
  const callback = args.find((arg) => typeof arg === "function") ?? null;
  const [first, second] = args.filter((arg) => typeof arg !== "function");
  const given = first !== null && typeof first === "object" ? first : { port: first };
  const host = typeof second === "string" ? second : given.host;
  return {
    callback,
    options: {
      port: given.port ?? 0,
      host: host || DEFAULT_HOST,
      backlog: given.backlog ?? DEFAULT_BACKLOG,
      reusePort: given.reusePort === true
    }
  };
}

/**
 * Checks the port and finds the address to bind. For an IP address `found` is called before this
 * returns; a name is looked up first.
 */
function findAddress({ host, port }, found) {
  const number = typeof port === "string" && port.trim() !== "" ? Number(port) : port;
  if (!Number.isInteger(number) || number < 0 || number > MAX_PORT) {
    const message = `The port must be a whole number from 0 to ${MAX_PORT}. Received ${inspect(port)}`;
    found(codedError("ERR_SOCKET_BAD_PORT", message));
  } else if (net.isIP(host) !== 0) {
    found(null, host, number);
  } else if (host === "localhost") {
    found(null, "127.0.0.1", number);
  } else {
    dns.lookup(host, (error, address) => found(error, address, number));
  }
}

module.exports = { findAddress, listenArguments };

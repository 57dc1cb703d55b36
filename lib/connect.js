"use strict";

const dns = require("node:dns/promises");
const net = require("node:net");
const { AudioStream } = require("./audio-stream.js");
const { engine } = require("./engine.js");
const { badPort, rangeError, typeError } = require("./errors.js");
const { Line } = require("./line.js");
const { dialOptions, nativeCallOptions } = require("./options.js");
const { Totals } = require("./totals.js");

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_PORT = 65535;

/** Of all calls that were placed. */
const placed = new Totals();

/** Dials a server and gives the call's AudioStream when the connection is up. */
async function connect(given) {
  const options = checked(given);
  const { signal } = options;
  signal?.throwIfAborted();
  const addresses = await lookUp(options.host);
  signal?.throwIfAborted();
  return dial(options, addresses);
}

function dial(options, addresses) {
  const native = {
    addresses,
    port: options.port,
    id: options.ref,
    timeoutMs: Math.round(options.timeout),
    peerTimeoutMs: Math.round(options.peerTimeout),
    call: nativeCallOptions(options)
  };
  return place({ ...options, address: addresses[0] }, () => engine().connect(native));
}

/** Places a call: `begin` has the core dial and gives the call's number. */
function place(options, begin) {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    const settle = (outcome) => (result) => {
      signal?.removeEventListener("abort", abort);
      outcome(result);
    };
    const owner = new Caller(settle(resolve), settle(reject));
    const abort = () => owner.abort(signal.reason);
    signal?.addEventListener("abort", abort, { once: true });
    owner.line = new Line(begin(), owner, options);
    owner.stream = new AudioStream(owner.line);
  });
}

/** Whoever placed the call: hears of it until it is up, and of what its listeners do not take. */
class Caller {
  line = null;
  stream = null;
  #connected;
  #failed;

  constructor(connected, failed) {
    this.#connected = connected;
    this.#failed = failed;
  }

  abort(reason) {
    this.line.abandon();
    this.#failed(reason);
  }

  handleConnected(stream, line) {
    placed.handleCall(line);
    this.#connected(stream);
  }

  /** Before the call is up this fails the dial; later it has nobody to go to. */
  handleUnheard(error) {
    this.#failed(error);
  }

  handleEnded(line) {
    placed.handleCallEnded(line);
  }

  handleFork(fork) {
    placed.handleFork(fork);
  }

  handleForkEnded(fork, error) {
    placed.handleForkEnded(fork, error);
  }

  isClosing() {
    return false;
  }

  /** As any listener's throw in Node. */
  handleThrow(error, stream) {
    stream?.hangup();
    process.nextTick(() => {
      throw error;
    });
  }
}

function checked(given) {
  const options = dialOptions(given);
  const { host, port, signal } = options;
  const ref = options.ref ?? crypto.randomUUID();
  if (typeof host !== "string") {
    throw typeError("options.host", "a string", host);
  }
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) {
    throw badPort(port);
  }
  if (typeof ref !== "string") {
    throw typeError("options.ref", "a string", ref);
  }
  if (!UUID.test(ref)) {
    throw rangeError("options.ref", "a UUID", ref);
  }
  checkSignal(signal);
  return { ...options, ref };
}

function checkSignal(signal) {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw typeError("options.signal", "an AbortSignal", signal);
  }
}

async function lookUp(host) {
  if (net.isIP(host) !== 0) {
    return [host];
  }
  const found = await dns.lookup(host, { all: true });
  return found.map(({ address }) => address);
}

module.exports = { checkSignal, connect, place, placed };

"use strict";

const net = require("node:net");
const { once } = require("node:events");
const { randomUUID } = require("node:crypto");
const { setTimeout: sleep } = require("node:timers/promises");

const HEADER = 3;
const FRAME = 320;
const FRAME_MS = 20;
const WARM_UP_MS = 1000;
const SETTLE_MS = 300;

/**
 * `calls` callers, each sending a numbered frame every 20 ms at a phase of its own, to an echo
 * server. Gives the server's CPU in ms over the window, the round trip, and the share of frames
 * that did not come back as they were sent.
 */
async function load({ port, calls, seconds, cpu }) {
  const callers = await Promise.all(Array.from({ length: calls }, () => Caller.dial(port)));
  callers.forEach((caller, index) => caller.start((index * FRAME_MS) / calls));
  await sleep(WARM_UP_MS);
  const before = await cpu();
  callers.forEach((caller) => caller.mark());
  await sleep(seconds * 1000);
  const spent = (await cpu()) - before;
  callers.forEach((caller) => caller.stop());
  await sleep(SETTLE_MS);
  callers.forEach((caller) => caller.close());
  return { cpu: spent, ...summary(callers) };
}

class Caller {
  #socket;
  #timer = null;
  #sent = 0;
  #next = 0;
  #rest = Buffer.alloc(0);
  returned = 0;
  trips = [];

  static async dial(port) {
    const socket = net.connect(port, "127.0.0.1").setNoDelay(true);
    await once(socket, "connect");
    const id = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
    socket.write(Buffer.concat([Buffer.from([1, 0, 16]), id]));
    return new Caller(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", () => this.stop());
  }

  get sent() {
    return this.#sent;
  }

  start(phase) {
    const begin = performance.now() + phase;
    const tick = () => {
      this.#send();
      const due = begin + this.#sent * FRAME_MS;
      this.#timer = setTimeout(tick, due - performance.now());
    };
    this.#timer = setTimeout(tick, phase);
  }

  /** From here on the round trips count. */
  mark() {
    this.trips = [];
  }

  stop() {
    clearTimeout(this.#timer);
  }

  close() {
    this.#socket.destroy();
  }

  #send() {
    const frame = Buffer.alloc(HEADER + FRAME, this.#sent);
    frame[0] = 0x10;
    frame.writeUInt16BE(FRAME, 1);
    frame.writeUInt32LE(this.#sent, HEADER);
    frame.writeDoubleLE(performance.now(), HEADER + 4);
    this.#sent += 1;
    this.#socket.write(frame);
  }

  #take(bytes) {
    let rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt16BE(1)) {
      const length = rest.readUInt16BE(1);
      this.#check(rest.subarray(HEADER, HEADER + length));
      rest = rest.subarray(HEADER + length);
    }
    this.#rest = Buffer.from(rest);
  }

  /** Silence that a server sends of itself is no echo; anything else must be the next frame. */
  #check(pcm) {
    if (pcm.length !== FRAME || pcm.every((byte) => byte === 0)) {
      return;
    }
    const number = pcm.readUInt32LE(0);
    if (number >= this.#next && pcm[FRAME - 1] === number % 256) {
      this.#next = number + 1;
      this.returned += 1;
      this.trips.push(performance.now() - pcm.readDoubleLE(4));
    }
  }
}

function summary(callers) {
  const trips = callers.flatMap((caller) => caller.trips).sort((a, b) => a - b);
  const sent = callers.reduce((sum, caller) => sum + caller.sent, 0);
  const returned = callers.reduce((sum, caller) => sum + caller.returned, 0);
  const at = (share) => trips[Math.min(trips.length - 1, Math.floor(trips.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), lost: (100 * (sent - returned)) / sent };
}

module.exports = { load };

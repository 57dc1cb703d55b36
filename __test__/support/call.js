"use strict";

/** A call, and the peer on it that keeps what it hears. All is closed when the test is over. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const net = require("node:net");
const { AudioSocket } = require("../..");
const { Kind, Peer, frame, id } = require("./peer.js");
const { within } = require("./wait.js");

const HOST = "127.0.0.1";
const REF = "40325ec2-5efd-4bd3-805f-53576e581d13";

/** Audio that is nowhere like itself, and nowhere silent. */
function noise(bytes, seed = 1) {
  const pcm = Buffer.alloc(bytes);
  let state = seed;
  for (let index = 0; index < bytes; index += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    pcm[index] = (state >>> 16) | 1;
  }
  return pcm;
}

/** What `promise` gives, or an error if it takes too long. */
function soon(promise, what, ms) {
  return within(promise, ms, what);
}

/** Compares audio. Says where it differs; a deep comparison would print all of it. */
function sameAudio(heard, expected) {
  let at = 0;
  while (at < heard.length && heard[at] === expected[at]) {
    at += 1;
  }
  const lengths = `${heard.length} bytes of ${expected.length}`;
  assert.ok(heard.equals(expected), `the audio differs at byte ${at} (${lengths})`);
}

/** A peer whose audio is looked at as a whole. */
class Ear extends Peer {
  static async dial(port) {
    return new Ear(net.connect(port, HOST)).connected();
  }

  /** The frames of audio so far. */
  audio() {
    return this.frames.filter(({ kind }) => kind >= 0x10 && kind <= 0x18);
  }

  /** All audio so far, end to end. */
  heard() {
    return Buffer.concat(this.audio().map(({ payload }) => payload));
  }

  hangups() {
    return this.frames.filter(({ kind }) => kind === Kind.HANGUP);
  }

  /** Waits until `holds()`, which is asked anew after each read. */
  async until(holds, what, ms) {
    const { socket } = this;
    let ask = null;
    let gone = null;
    const held = new Promise((resolve, reject) => {
      ask = () => holds() && resolve();
      gone = () => ask() || reject(new Error(`the connection closed before ${what}`));
      socket.on("data", ask).on("close", gone);
      ask();
    });
    try {
      await within(held, ms, what);
    } finally {
      socket.off("data", ask).off("close", gone);
    }
  }

  /** Waits for so many bytes of audio, and gives all there is. */
  async hear(bytes, ms) {
    await this.until(() => this.heard().length >= bytes, `${bytes} bytes of audio`, ms);
    return this.heard();
  }
}

/**
 * Waits until `expected` was heard on a call, and nothing else. Where the machine stands still a
 * play leaves out frames whose time has passed, rather than fall behind: as many as the call has
 * counted may be missing.
 */
async function hears({ peer, res }, expected) {
  const bytes = res.sampleRate / 25;
  const late = () => res.stats().lateFrames;
  await peer.until(() => peer.heard().length >= expected.length - late() * bytes, "the audio");
  const heard = peer.heard();
  const kept = [];
  let missing = late();
  for (let start = 0, at = 0; start < expected.length; start += bytes) {
    const frameOfIt = expected.subarray(start, start + bytes);
    if (missing > 0 && !heard.subarray(at, at + frameOfIt.length).equals(frameOfIt)) {
      missing -= 1;
    } else {
      kept.push(frameOfIt);
      at += frameOfIt.length;
    }
  }
  sameAudio(heard, Buffer.concat(kept));
}

/** How much of a call's only play was over in time, in milliseconds, with what was left out. */
function lasted(res, { playedMs }) {
  return playedMs + res.stats().lateFrames * 20;
}

/** Audio in pieces of so many bytes. */
function piecesOf(pcm, bytes) {
  const count = Math.ceil(pcm.length / bytes);
  return Array.from({ length: count }, (_, index) => pcm.subarray(index * bytes, (index + 1) * bytes));
}

/** So many bytes of `data`, or a little more. */
function collect(res, bytes) {
  const pieces = [];
  return new Promise((resolve) => {
    res.on("data", (pcm) => {
      pieces.push(pcm);
      const all = Buffer.concat(pieces);
      if (all.length >= bytes) {
        resolve(all);
      }
    });
  });
}

/** A server that listens. Without other word it sends no silence. */
async function openServer(t, options = {}) {
  const server = new AudioSocket({ silence: "never", ...options });
  t.after(() => soon(server.close(), "the server to close"));
  server.listen(0, HOST);
  await soon(once(server, "listening"), "the server to listen");
  return server;
}

/** Calls `server`. */
async function placeCall(t, server) {
  const peer = await Ear.dial(server.address().port);
  t.after(() => peer.destroy());
  return peer.send(id(REF));
}

/** A server, and a call on it: `{server, peer, req, res}`. */
async function openCall(t, options) {
  const server = await openServer(t, options);
  const came = new Promise((resolve) => {
    server.onConnection((req, res) => resolve({ req, res }));
  });
  const peer = await placeCall(t, server);
  return { server, peer, ...(await soon(came, "the call")) };
}

/**
 * A server that is nothing but sockets. `handle` gets each peer as it comes; `peers(count)` waits
 * for so many and gives all.
 */
async function openRaw(t, handle = () => {}) {
  const all = [];
  const server = net.createServer((socket) => {
    all.push(new Ear(socket));
    handle(all.at(-1));
  });
  server.listen(0, HOST);
  await soon(once(server, "listening"), "the server to listen");
  const closed = once(server, "close");
  const close = () => {
    all.forEach((peer) => peer.destroy());
    server.close();
    return soon(closed, "the server to close");
  };
  t.after(close);
  const peers = async (count) => {
    while (all.length < count) {
      await soon(once(server, "connection"), `${count} connections`);
    }
    return all;
  };
  return { port: server.address().port, peers, close };
}

module.exports = {
  Ear,
  REF,
  collect,
  frame,
  hears,
  lasted,
  noise,
  openCall,
  openRaw,
  openServer,
  piecesOf,
  placeCall,
  sameAudio,
  soon
};

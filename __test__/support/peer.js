"use strict";

/**
 * A peer on a bare TCP socket that says exactly the bytes it is told to, and keeps what it hears.
 *
 *     const peer = dial(port);
 *     peer.send(id(ref));
 *     peer.send(audio(pcm), dtmf("5"));
 *     await peer.next(Kind.HANGUP);
 *     await peer.closed();
 */

const { randomUUID } = require("node:crypto");
const net = require("node:net");
const { within } = require("./wait.js");

const DEFAULT_MS = 5000;
const HEADER_BYTES = 3;

const Kind = Object.freeze({
  HANGUP: 0x00,
  ID: 0x01,
  SILENCE: 0x02,
  DTMF: 0x03,
  AUDIO: 0x10,
  ERROR: 0xff
});

/** The sample rate in Hz of each kind of audio. */
const RATES = Object.freeze({
  0x10: 8000,
  0x11: 12000,
  0x12: 16000,
  0x13: 24000,
  0x14: 32000,
  0x15: 44100,
  0x16: 48000,
  0x17: 96000,
  0x18: 192000
});

/** Any frame, right or wrong. */
function frame(kind, payload = Buffer.alloc(0)) {
  const header = Buffer.from([kind, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([header, payload]);
}

/** The frame that begins a call, from a UUID as text. */
function id(uuid = randomUUID()) {
  return frame(Kind.ID, Buffer.from(uuid.replaceAll("-", ""), "hex"));
}

function audio(pcm, kind = Kind.AUDIO) {
  return frame(kind, pcm);
}

function dtmf(digit) {
  return frame(Kind.DTMF, Buffer.from(digit, "latin1"));
}

function silence(pcm) {
  return frame(Kind.SILENCE, pcm);
}

/** An error frame; without a code if none is given. */
function error(code) {
  return frame(Kind.ERROR, code === undefined ? undefined : Buffer.from([code]));
}

function hangup() {
  return frame(Kind.HANGUP);
}

/** `ms` of audio, 20 if not said, in which every sample is `value`. */
function tone(value, ms = 20, rate = 8000) {
  return Buffer.from(new Int16Array((rate * ms) / 1000).fill(value).buffer);
}

/** The bytes in two, once for each place where they can be cut. */
function* everyCut(bytes) {
  for (let at = 1; at < bytes.length; at += 1) {
    yield [bytes.subarray(0, at), bytes.subarray(at)];
  }
}

/** The bytes in pieces of the length that `nextLength()` gives each time. */
function* pieces(bytes, nextLength) {
  for (let start = 0; start < bytes.length;) {
    const end = start + nextLength();
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Takes bytes in any pieces, and gives the frames that are whole. */
class FrameParser {
  #bytes = Buffer.alloc(0);

  *push(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#bytes.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#bytes.readUInt16BE(1);
      if (this.#bytes.length < end) {
        return;
      }
      const [kind] = this.#bytes;
      const payload = this.#bytes.subarray(HEADER_BYTES, end);
      this.#bytes = this.#bytes.subarray(end);
      yield { kind, payload, at: performance.now() };
    }
  }

  /** Bytes of a frame that is not whole. */
  get rest() {
    return this.#bytes.length;
  }
}

/** One end of a connection. */
class Peer {
  /** What was received: `{ kind, payload, at }`, `at` as of `performance.now()`. */
  frames = [];
  /** Our port, once the connection is up. */
  localPort = null;
  #socket;
  #parser = new FrameParser();
  #waiting = new Set();
  #seen = 0;
  #error = null;
  #connected;
  #closed;

  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#connected = new Promise((resolve) => {
      socket.once("connect", () => {
        // The socket forgets it when it is closed.
        this.localPort = socket.localPort;
        resolve();
      });
    });
    this.#closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", (failure) => {
      this.#error = failure;
    });
    socket.on("data", (bytes) => {
      this.frames.push(...this.#parser.push(bytes));
      this.#tellWaiting();
    });
    socket.once("close", () => this.#tellWaiting());
  }

  /** The node:net socket. */
  get socket() {
    return this.#socket;
  }

  /** Received bytes that make no whole frame. */
  get rest() {
    return this.#parser.rest;
  }

  async connected(ms = DEFAULT_MS) {
    await within(this.#connected, ms, "the peer's connection");
    return this;
  }

  /** Sends all of it in one write. Before the connection is up it waits for that. */
  send(...bytes) {
    this.#socket.write(Buffer.concat(bytes));
    return this;
  }

  /** Sends each piece in a write of its own, with a turn of the event loop in between. */
  async sendPieces(list, ms = DEFAULT_MS) {
    for (const piece of list) {
      this.send(piece);
      await this.flushed(ms);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves when the system has all that was sent. */
  flushed(ms = DEFAULT_MS) {
    const written = new Promise((resolve) => this.#socket.write("", resolve));
    return within(written, ms, "the peer's bytes to leave");
  }

  /**
   * The next frame of a kind, or for which `filter(frame)` holds, after those that `next` gave
   * before. Frames in between are passed over; `frames` has them.
   */
  next(filter = () => true, ms = DEFAULT_MS) {
    const matches = typeof filter === "function" ? filter : ({ kind }) => kind === filter;
    const what = typeof filter === "function" ? "a frame" : `a frame of kind ${filter}`;
    let tell;
    const found = new Promise((resolve, reject) => {
      tell = () => {
        for (; this.#seen < this.frames.length; this.#seen += 1) {
          const candidate = this.frames[this.#seen];
          if (matches(candidate)) {
            this.#seen += 1;
            resolve(candidate);
            return true;
          }
        }
        if (this.#socket.closed) {
          reject(new Error(`the connection closed before ${what} came`));
        }
        return this.#socket.closed;
      };
      this.#waiting.add(tell);
      this.#tellWaiting();
    });
    return within(found, ms, what).finally(() => this.#waiting.delete(tell));
  }

  /** Resolves when the connection is gone, to the code of the error it ended with, or null. */
  async closed(ms = DEFAULT_MS) {
    await within(this.#closed, ms, "the connection to close");
    return this.#error?.code ?? null;
  }

  /** Ends our direction, as Asterisk does when the caller hangs up. */
  end() {
    this.#socket.end();
  }

  /** Resets the connection. */
  reset() {
    this.#socket.resetAndDestroy();
  }

  /** Lets go of the connection, whatever its state. */
  destroy() {
    this.#socket.destroy();
  }

  #tellWaiting() {
    for (const tell of this.#waiting) {
      if (tell()) {
        this.#waiting.delete(tell);
      }
    }
  }
}

/** Dials a port of this machine. What is sent waits for the connection. */
function dial(port, host = "127.0.0.1") {
  return new Peer(net.connect({ port, host }));
}

/** Dials, and begins a call. */
function call(port, uuid = randomUUID(), host = "127.0.0.1") {
  return dial(port, host).send(id(uuid));
}

module.exports = {
  FrameParser,
  Kind,
  Peer,
  RATES,
  audio,
  call,
  dial,
  dtmf,
  error,
  everyCut,
  frame,
  hangup,
  id,
  pieces,
  silence,
  tone
};

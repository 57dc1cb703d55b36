"use strict";

/** A telephone's ear: a UDP port of the loopback that takes G.711 down, and the SDP that says so. */

const udp = require("node:dgram");
const { once } = require("node:events");
const { eventually } = require("./wait");

const HEADER = 12;
/** µ-law of silence. */
const QUIET = new Set([0xff, 0x7f, 0xfe, 0x7e]);

class Ear {
  #socket = udp.createSocket("udp4");
  #chunks = [];

  static async open(t) {
    const ear = new Ear();
    ear.#socket.on("message", (packet) => ear.#chunks.push(packet.subarray(HEADER)));
    ear.#socket.bind(0, "127.0.0.1");
    await once(ear.#socket, "listening");
    t.after(() => ear.#socket.close());
    return ear;
  }

  /** An offer of PCMU to this ear. */
  get sdp() {
    const { port } = this.#socket.address();
    const lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=ear", "c=IN IP4 127.0.0.1", "t=0 0"];
    return [...lines, `m=audio ${port} RTP/AVP 0`, "a=rtpmap:0 PCMU/8000", "a=sendrecv", ""].join("\r\n");
  }

  /** All that has come, as bytes of µ-law. */
  get heard() {
    return Buffer.concat(this.#chunks);
  }

  /** Resolves when so many milliseconds of something else than silence have come. */
  async hears(ms, withinMs) {
    const loud = () => this.heard.filter((byte) => !QUIET.has(byte)).length / 8;
    await eventually(() => loud() >= ms, withinMs, `${ms} ms of sound, of which ${loud()} have come`);
  }

  /** Resolves when exactly these bytes have come. */
  async hearsBytes(bytes, withinMs) {
    await eventually(
      () => this.heard.includes(bytes),
      withinMs,
      `${bytes.length} bytes, with ${this.heard.length} here`
    );
  }
}

module.exports = { Ear };

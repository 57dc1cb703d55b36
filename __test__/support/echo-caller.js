"use strict";

/** Callers of a server that gives back what it hears: each knows what it must hear. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { audio, call } = require("./peer.js");
const { within } = require("./wait.js");

const FRAME_BYTES = 320;
const FRAME_MS = 20;
const AUDIO = 0x10;

/** Calls, and says a frame every 20 ms, each of its own number. */
class EchoCaller {
  ref = randomUUID();
  #peer;
  #sent = 0;
  #timer;

  constructor(t, port) {
    this.#peer = call(port, this.ref);
    this.#timer = setInterval(() => this.#say(), FRAME_MS);
    t.after(() => this.end());
  }

  /** It is answered: the first frame is back. */
  async answered(ms = 10_000) {
    await this.#peer.next(({ payload }) => isSound(payload), ms);
    return this;
  }

  /** All that was said came back so far, in order, and more does. */
  async isUnharmed() {
    const said = this.#sent + 3;
    await within(this.#heard(said), 10_000, `frame ${said} of a call`);
    const heard = this.#sound();
    assert.equal(heard.length % 2, 0);
    for (let at = 0; at < heard.length; at += 2) {
      const expected = (Math.floor(at / FRAME_BYTES) % 0x7fff) + 1;
      assert.equal(heard.readInt16LE(at), expected, `byte ${at} of ${heard.length}`);
    }
  }

  /** The other side has ended it. */
  closed() {
    clearInterval(this.#timer);
    return this.#peer.closed(10_000);
  }

  end() {
    clearInterval(this.#timer);
    this.#peer.destroy();
  }

  get localPort() {
    return this.#peer.localPort;
  }

  async #heard(frames) {
    while (this.#sound().length < frames * FRAME_BYTES) {
      await this.#peer.next(() => true, 10_000);
    }
  }

  /** What came back. A server's own silence, before the first frame, is none of it. */
  #sound() {
    const sound = this.#peer.frames.filter(({ kind, payload }) => kind === AUDIO && isSound(payload));
    return Buffer.concat(sound.map(({ payload }) => payload));
  }

  #say() {
    this.#sent += 1;
    const pcm = Buffer.alloc(FRAME_BYTES);
    for (let at = 0; at < FRAME_BYTES; at += 2) {
      pcm.writeInt16LE(((this.#sent - 1) % 0x7fff) + 1, at);
    }
    this.#peer.send(audio(pcm));
  }
}

function isSound(payload) {
  return payload.some((byte) => byte !== 0);
}

module.exports = { EchoCaller };

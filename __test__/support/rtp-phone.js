"use strict";

/** A telephone without SIP: µ-law over RTP, spoken and heard, and keys as telephone events (RFC 4733). */

const dgram = require("node:dgram");
const { once } = require("node:events");
const { setTimeout } = require("node:timers/promises");

const HOST = "127.0.0.1";
const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const HEADER_BYTES = 12;
const KEY_SAMPLES = 800;
const KEY_GAP_MS = 100;
const ULAW = 0;
const EVENTS = 101;
const KEYS = "0123456789*#ABCD";
const BIAS = 0x84;
const CLIP = 32635;

class RtpPhone {
  #socket = dgram.createSocket("udp4");
  #far = null;
  #sequence = 1;
  #timestamp = 0;
  #queue = Buffer.alloc(0);
  #heard = [];
  #timer;

  /** A phone on a free port, which speaks (silence, mostly) until the test ends. */
  static async start(t) {
    const phone = new RtpPhone();
    phone.#socket.bind(0, HOST);
    await once(phone.#socket, "listening");
    phone.#socket.on("message", (packet) => phone.#take(packet));
    phone.#timer = setInterval(() => phone.#tick(), FRAME_MS);
    t.after(() => {
      clearInterval(phone.#timer);
      phone.#socket.close();
    });
    return phone;
  }

  /** What it offers. */
  get sdp() {
    const { port } = this.#socket.address();
    return [
      "v=0",
      `o=- 1 1 IN IP4 ${HOST}`,
      "s=phone",
      `c=IN IP4 ${HOST}`,
      "t=0 0",
      `m=audio ${port} RTP/AVP ${ULAW} ${EVENTS}`,
      "a=rtpmap:0 PCMU/8000",
      `a=rtpmap:${EVENTS} telephone-event/8000`,
      "a=sendrecv",
      ""
    ].join("\r\n");
  }

  /** Speaks to whoever answered so. */
  call(sdp) {
    this.#far = Number(/^m=audio (\d+)/m.exec(sdp)[1]);
  }

  /** Says this, after what it is saying. */
  say(pcm) {
    this.#queue = Buffer.concat([this.#queue, pcm]);
  }

  /** All it has heard. */
  get pcm() {
    return Buffer.concat(this.#heard);
  }

  forget() {
    this.#heard = [];
  }

  /** Presses a key for a tenth of a second; resolves a little after it is let go. */
  async press(key) {
    const at = this.#timestamp;
    for (let duration = FRAME_SAMPLES; duration <= KEY_SAMPLES; duration += FRAME_SAMPLES) {
      this.#sendKey(key, at, duration, false);
      await setTimeout(FRAME_MS);
    }
    // The end is said three times, for one may be lost.
    [1, 2, 3].forEach(() => this.#sendKey(key, at, KEY_SAMPLES, true));
    await setTimeout(KEY_GAP_MS);
  }

  #sendKey(key, at, duration, isEnd) {
    const event = Buffer.from([KEYS.indexOf(key), isEnd ? 0x8a : 0x0a, duration >> 8, duration & 0xff]);
    this.#send(EVENTS, at, event, duration === FRAME_SAMPLES);
  }

  #tick() {
    const bytes = FRAME_SAMPLES * 2;
    const pcm = Buffer.alloc(bytes);
    this.#queue.copy(pcm);
    this.#queue = this.#queue.subarray(bytes);
    this.#timestamp += FRAME_SAMPLES;
    this.#send(ULAW, this.#timestamp, encode(pcm), false);
  }

  #send(type, timestamp, payload, isFirst) {
    if (this.#far === null) {
      return;
    }
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = 0x80;
    header[1] = type | (isFirst ? 0x80 : 0);
    header.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(1, 8);
    this.#socket.send(Buffer.concat([header, payload]), this.#far, HOST);
  }

  #take(packet) {
    if ((packet[1] & 0x7f) === ULAW) {
      this.#heard.push(decode(packet.subarray(HEADER_BYTES)));
    }
  }
}

function encode(pcm) {
  return Buffer.from(Array.from({ length: pcm.length / 2 }, (_, i) => encodeSample(pcm.readInt16LE(i * 2))));
}

function encodeSample(sample) {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const segment = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

function decode(ulaw) {
  const pcm = Buffer.alloc(ulaw.length * 2);
  ulaw.forEach((byte, i) => pcm.writeInt16LE(decodeSample(~byte & 0xff), i * 2));
  return pcm;
}

function decodeSample(code) {
  const magnitude = ((((code & 0x0f) << 3) + BIAS) << ((code >> 4) & 7)) - BIAS;
  return code & 0x80 ? -magnitude : magnitude;
}

module.exports = { RtpPhone };

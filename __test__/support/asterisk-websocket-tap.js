"use strict";

/**
 * Stands between Asterisk's chan_websocket and the app: counts, asks Asterisk how full its queue is,
 * and says what the app would not, so that the queue fills.
 */

const { once } = require("node:events");
const { within } = require("./asterisk-wait");

const SUBPROTOCOL = "media";
/** Asterisk closes the connection at 65,536 bytes. */
const MOST_BYTES = 64_000;

class Tap {
  /** Texts of Asterisk's, `STATUS` apart. */
  texts = [];
  /** What the app sent: `{ at, bytes }`, or `{ at, text }`. */
  sent = [];
  /** The most frames that Asterisk's queue was seen to hold. */
  fullest = 0;
  #asterisk;
  #waiting = new Set();

  constructor(asterisk, app) {
    this.#asterisk = asterisk;
    asterisk.on("message", (data, isBinary) => this.#fromAsterisk(app, data, isBinary));
    app.on("message", (data, isBinary) => this.#fromApp(data, isBinary));
    asterisk.on("close", () => app.close());
    app.on("close", () => asterisk.close());
  }

  /** Fills Asterisk's queue with this, ahead of all that the app says from now on. */
  stuff(pcm) {
    for (let at = 0; at < pcm.length; at += MOST_BYTES) {
      this.#asterisk.send(pcm.subarray(at, at + MOST_BYTES));
    }
  }

  /** Asks how full the queue is; `fullest` knows the answer. */
  ask() {
    this.#asterisk.send("GET_STATUS");
  }

  /** When Asterisk says this text. */
  async heard(text) {
    let waiter;
    const coming = new Promise((resolve) => {
      waiter = { text, resolve };
      this.#waiting.add(waiter);
    });
    return within(coming, `Asterisk says ${text}`).finally(() => this.#waiting.delete(waiter));
  }

  #fromAsterisk(app, data, isBinary) {
    const text = isBinary ? "" : String(data);
    if (text.startsWith("STATUS")) {
      this.fullest = Math.max(this.fullest, Number(/queue_length:(\d+)/.exec(text)[1]));
      return;
    }
    app.send(data, { binary: isBinary });
    if (!isBinary) {
      this.texts.push(text);
      const met = [...this.#waiting].filter((waiter) => text.startsWith(waiter.text));
      met.forEach((waiter) => waiter.resolve(performance.now()));
    }
  }

  #fromApp(data, isBinary) {
    this.#asterisk.send(data, { binary: isBinary });
    this.sent.push({ at: performance.now(), ...(isBinary ? { bytes: data } : { text: String(data) }) });
  }
}

/** A tap that leads to `url`, once Asterisk is on it: `{ port, tapped }`. */
async function listenInBetween(t, urlOf) {
  // Not at the top: where Asterisk cannot be had, the tests are skipped and need it not.
  const WebSocket = require("ws");
  const server = new WebSocket.Server({ port: 0, host: "127.0.0.1", handleProtocols: () => SUBPROTOCOL });
  t.after(() => {
    server.clients.forEach((client) => client.terminate());
    server.close();
  });
  await once(server, "listening");
  const tapped = once(server, "connection").then(([asterisk, request]) => {
    const app = new WebSocket(urlOf(request.url), SUBPROTOCOL, { perMessageDeflate: false });
    return new Tap(paused(asterisk, app), app);
  });
  return { port: server.address().port, tapped: within(tapped, "Asterisk is on the tap") };
}

/** Asterisk's first words wait for the app. */
function paused(asterisk, app) {
  asterisk.pause();
  app.once("open", () => asterisk.resume());
  return asterisk;
}

module.exports = { listenInBetween };

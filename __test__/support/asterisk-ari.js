"use strict";

/** A small ARI client: requests over HTTP, and every event of this Asterisk over a WebSocket. */

const { once } = require("node:events");
const { within } = require("./asterisk-wait");

const APP = "callstreams-tests";
const REQUEST_MS = 5_000;

class Ari {
  #base;
  #authorization;
  #socket;
  #seen = [];
  #waiting = new Set();

  static async connect({ port, user, password }) {
    const ari = new Ari(port, user, password);
    await ari.#listen(port, user, password);
    return ari;
  }

  constructor(port, user, password) {
    this.#base = `http://127.0.0.1:${port}/ari`;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  }

  /** The Stasis application channels are handed to. */
  get app() {
    return APP;
  }

  async request(method, path, body) {
    const response = await fetch(this.#base + path, {
      method,
      headers: { authorization: this.#authorization, "content-type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_MS)
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return text ? JSON.parse(text) : undefined;
  }

  /** The first event that `matches`, be it past or to come. */
  event(matches, what, ms) {
    const past = this.#seen.find(matches);
    if (past) {
      return Promise.resolve(past);
    }
    let waiter;
    const coming = new Promise((resolve) => {
      waiter = { matches, resolve };
      this.#waiting.add(waiter);
    });
    return within(coming, what, ms).finally(() => this.#waiting.delete(waiter));
  }

  /** The event of that type about one channel. */
  channelEvent(type, id) {
    return this.event((e) => e.type === type && e.channel?.id === id, `${type} of channel ${id}`);
  }

  close() {
    this.#socket?.terminate();
  }

  async #listen(port, user, password) {
    // Not at the top: where Asterisk cannot be had, the tests are skipped and need no client.
    const WebSocket = require("ws");
    const query = new URLSearchParams({
      app: APP,
      subscribeAll: true,
      api_key: `${user}:${password}`
    });
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/ari/events?${query}`);
    this.#socket.on("message", (text) => this.#take(JSON.parse(text)));
    await within(once(this.#socket, "open"), "ARI's events are open");
    this.#socket.on("error", () => {});
  }

  #take(event) {
    this.#seen.push(event);
    for (const waiter of this.#waiting) {
      if (waiter.matches(event)) {
        waiter.resolve(event);
      }
    }
  }
}

module.exports = { Ari };

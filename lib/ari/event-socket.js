"use strict";

/**
 * The WebSocket that carries the events of one or more Stasis applications. While it is open the
 * applications run; lost, it is opened anew until it is closed here.
 *
 * Events: `open`, `lost` (error) and before each new attempt `retry` (error), `message` (event), `pong`.
 */

const { EventEmitter } = require("node:events");
const { networkError, responseError, statusError, stoppedError, timeoutError } = require("./errors.js");

const WHAT = "GET /events";
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;
const MAX_MESSAGE = 16 * 2 ** 20;
const CLOSING_MS = 2000;

class EventSocket extends EventEmitter {
  #access;
  #query;
  #timeout;
  #heartbeat;
  #socket;
  #isClosed = false;
  #attempts = 0;
  #timer;
  #giveUp;

  constructor(access, { apps, subscribeAll, timeout, heartbeat }) {
    super();
    this.#access = access;
    this.#timeout = timeout;
    this.#heartbeat = heartbeat;
    this.#query = new URLSearchParams({ app: [apps].flat().join(",") });
    if (subscribeAll) {
      this.#query.set("subscribeAll", "true");
    }
  }

  /** Opens it for the first time: rejects where that fails, and nothing is tried again. */
  async open() {
    await this.#connect();
    this.emit("open");
  }

  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  ping() {
    if (this.isOpen) {
      this.#socket.ping();
    }
  }

  /** Ends the applications. Resolves when the connection is gone, be the other side willing or not. */
  async close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#giveUp?.(stoppedError(WHAT));
    const socket = this.#socket;
    if (!socket || socket.readyState === 3) {
      return;
    }
    await new Promise((resolve) => {
      const late = setTimeout(() => socket.terminate(), CLOSING_MS);
      socket.once("close", () => {
        clearTimeout(late);
        resolve();
      });
      socket.close(1000);
    });
  }

  #connect() {
    // Not at the top: those who want no ARI load no WebSocket.
    const WebSocket = require("ws");
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#access.socketUrl("/events", this.#query), {
        headers: this.#access.headers(),
        maxPayload: MAX_MESSAGE,
        perMessageDeflate: false
      });
      const fail = (error) => {
        clearTimeout(late);
        this.#giveUp = undefined;
        // What a dying socket still says is of no interest; unheard it would be thrown.
        socket.removeAllListeners().on("error", () => {});
        socket.terminate();
        reject(error);
      };
      const late = setTimeout(() => fail(timeoutError(WHAT, this.#timeout)), this.#timeout);
      this.#giveUp = fail;
      socket.once("error", (error) => fail(networkError(WHAT, error)));
      socket.once("unexpected-response", (_, { statusCode }) => fail(statusError(WHAT, statusCode)));
      socket.once("close", () => fail(responseError(WHAT, "the connection was closed")));
      socket.once("open", () => {
        clearTimeout(late);
        this.#giveUp = undefined;
        socket.removeAllListeners();
        this.#serve(socket);
        resolve();
      });
    });
  }

  #serve(socket) {
    let fault;
    this.#socket = socket;
    this.#attempts = 0;
    const stopBeating = this.#beat(socket, () => (fault = timeoutError("ping", this.#heartbeat)));
    socket.on("message", (data) => this.#take(data));
    socket.on("pong", () => this.emit("pong"));
    socket.on("error", (error) => (fault = networkError(WHAT, error)));
    socket.on("close", (code) => {
      stopBeating();
      if (!this.#isClosed) {
        const error = fault ?? responseError(WHAT, `the connection was closed with ${code}`);
        this.emit("lost", error);
        this.#retry(error);
      }
    });
  }

  /** A connection that died without a word is noticed by what does not come back. */
  #beat(socket, tellDead) {
    let isAlive = true;
    const alive = () => (isAlive = true);
    const timer = setInterval(() => {
      if (!isAlive) {
        tellDead();
        socket.terminate();
        return;
      }
      isAlive = false;
      socket.ping();
    }, this.#heartbeat);
    socket.on("pong", alive).on("message", alive);
    return () => clearInterval(timer);
  }

  #retry(error) {
    if (this.#isClosed) {
      return;
    }
    this.emit("retry", error);
    // Many clients of one Asterisk that comes back do not all come at once.
    const delay = Math.min(FIRST_DELAY_MS * 2 ** this.#attempts, MAX_DELAY_MS) * (0.5 + Math.random() / 2);
    this.#attempts += 1;
    this.#timer = setTimeout(() => {
      this.#connect().then(
        () => this.emit("open"),
        (reason) => this.#retry(reason)
      );
    }, delay);
  }

  #take(data) {
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      return;
    }
    if (typeof event?.type === "string") {
      this.emit("message", event);
    }
  }
}

module.exports = { EventSocket };

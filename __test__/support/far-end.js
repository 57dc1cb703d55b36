"use strict";

/** WebSocket servers that calls are forked to, which keep what they hear. Closed when the test is over. */

const { once } = require("node:events");
const http = require("node:http");
const https = require("node:https");
const { WebSocketServer } = require("ws");
const { eventually, within } = require("./wait.js");

const HOST = "127.0.0.1";

/** One connection of a fork's. */
class Heard {
  /** All audio, text and pings so far. */
  audio = [];
  texts = [];
  pings = 0;
  closed = null;

  constructor(socket, request) {
    this.socket = socket;
    this.request = request;
    socket.on("message", (data, isBinary) => {
      if (isBinary) {
        this.audio.push(data);
      } else {
        this.texts.push(data.toString());
      }
    });
    socket.on("ping", () => (this.pings += 1));
    socket.on("error", () => {});
    socket.on("close", (code, reason) => (this.closed = { code, reason: reason.toString() }));
  }

  pcm() {
    return Buffer.concat(this.audio);
  }

  /** One of two channels. */
  channel(index) {
    const both = this.pcm();
    const one = Buffer.alloc(both.length / 2);
    for (let at = 0; at < one.length; at += 2) {
      both.copy(one, at, at * 2 + index * 2, at * 2 + index * 2 + 2);
    }
    return one;
  }

  async hear(bytes, ms) {
    await eventually(() => this.pcm().length >= bytes, ms, `${bytes} bytes of audio`);
    return this.pcm();
  }

  async close(ms) {
    await eventually(() => this.closed, ms, "the fork to close");
    return this.closed;
  }
}

/**
 * A server, of `options` of ws; with `tls` it is one of https. `heard` has its connections,
 * `next()` gives the next one.
 */
async function openFarEnd(t, { tls, port = 0, ...options } = {}) {
  const server = tls ? https.createServer(tls) : http.createServer();
  server.on("tlsClientError", () => {});
  const wss = new WebSocketServer({ server, ...options });
  wss.on("error", () => {});
  const heard = [];
  wss.on("connection", (socket, request) => heard.push(new Heard(socket, request)));
  server.listen(port, HOST);
  await within(once(server, "listening"), 5000, "the far end to listen");
  const close = () => {
    heard.forEach(({ socket }) => socket.terminate());
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  t.after(() => server.listening && close());
  let seen = 0;
  const next = async (ms) => {
    await eventually(() => heard.length > seen, ms, "a fork's connection");
    return heard[seen++];
  };
  const bound = server.address().port;
  return { server, wss, heard, next, close, port: bound, url: `${tls ? "wss" : "ws"}://${HOST}:${bound}/` };
}

module.exports = { openFarEnd };

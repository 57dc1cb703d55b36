"use strict";

const { Arrival } = require("./arrival.js");
const { attach } = require("./attachment.js");
const { basic, bearer } = require("./authorize.js");
const { CallServer } = require("./call-server.js");
const { engine } = require("./engine.js");
const { codedError, typeError } = require("./errors.js");
const { nativeLimits } = require("./limits.js");
const { kAdopt, kArrive, kBegin, kId, kIsClosing, kIsWanted, kListen, kReport } = require("./server-hooks.js");
const { SocketPipe, UNAVAILABLE, refuse } = require("./socket-pipe.js");
const { connect } = require("./websocket-connect.js");
const { attachOptions, webSocketOptions } = require("./websocket-options.js");

/** A server that senders of call audio connect to over WebSocket. The API is described in index.d.ts. */
class WebSocketAudio extends CallServer {
  #options;
  /** What undoes each `attach`. */
  #detachments = new Set();
  /** It was closed, and neither listens nor is attached again. */
  #isClosed = false;

  /** Connects to whoever takes calls over WebSocket: Asterisk's chan_websocket. */
  static connect(url, options) {
    return connect(url, options);
  }

  /** An `authorize` that asks for a user name and a password. */
  static basic(users, realm) {
    return basic(users, realm);
  }

  /** An `authorize` that asks for a token. */
  static bearer(tokens) {
    return bearer(tokens);
  }

  constructor(options = {}) {
    const complete = webSocketOptions(options);
    super(complete);
    this.#options = complete;
  }

  attach(server, options) {
    if (typeof server?.on !== "function") {
      throw typeError("server", "an http.Server or https.Server", server);
    }
    const { path } = attachOptions(options);
    if (this[kIsClosing]) {
      throw codedError("ERR_SERVER_NOT_RUNNING", "The server is closing");
    }
    this.#isClosed = false;
    this.#open();
    const undo = attach(server, path, (request, socket, head) => this.handleUpgrade(request, socket, head));
    const detach = () => {
      undo();
      this.#detachments.delete(detach);
    };
    this.#detachments.add(detach);
    return detach;
  }

  handleUpgrade(request, socket, head) {
    if (this.#isClosed) {
      refuse(socket, UNAVAILABLE);
      return;
    }
    this.#open();
    SocketPipe.take(this[kId], request, socket, head);
  }

  close() {
    this.#shut();
    return super.close();
  }

  drain(options) {
    const drained = super.drain(options);
    this.#shut();
    return drained;
  }

  [kListen](where, isAnywhere) {
    this.#isClosed = false;
    const options = this.#serverOptions();
    // As Node's servers do: a peer that is told `localhost` may come by either family.
    const both = isAnywhere ? engine().listenWebSocket({ ...where, address: "::" }, options) : null;
    return both?.errno === 0 ? both : engine().listenWebSocket(where, options);
  }

  [kArrive](id, fields) {
    const arrival = new Arrival(id, this[kId], this.#options, {
      begin: (request, options, facts, names) => this[kBegin](id, request, options, facts, names),
      isWanted: (names) => this[kIsWanted](names),
      report: (error) => this[kReport](error)
    });
    arrival.handle(fields);
  }

  /** Has a server of the core's, to hand sockets over to. */
  #open() {
    if (this[kId] === null) {
      this[kAdopt](engine().openWebSocketServer(this.#serverOptions()), false);
    }
  }

  /** Nothing more is taken of other servers. */
  #shut() {
    this.#isClosed = true;
    this.#detachments.forEach((detach) => detach());
  }

  #serverOptions() {
    const { handshakeTimeout, peerTimeout, cert, key } = this.#options;
    return {
      handshakeTimeoutMs: Math.round(handshakeTimeout),
      peerTimeoutMs: Math.round(peerTimeout),
      ...nativeLimits(this.#options),
      cert,
      key
    };
  }
}

module.exports = { WebSocketAudio };

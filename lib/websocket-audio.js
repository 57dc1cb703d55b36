"use strict";

const { Arrival } = require("./arrival.js");
const { basic, bearer } = require("./authorize.js");
const { CallServer, kAdopt, kArrive, kBegin, kId, kIsClosing, kListen, kReport } = require("./call-server.js");
const { engine } = require("./engine.js");
const { codedError, typeError } = require("./errors.js");
const { SocketPipe } = require("./socket-pipe.js");
const { connect } = require("./websocket-connect.js");
const { attachOptions, webSocketOptions } = require("./websocket-options.js");

/** A server that senders of call audio connect to over WebSocket. The API is described in index.d.ts. */
class WebSocketAudio extends CallServer {
  #options;
  /** What undoes each `attach`. */
  #detachments = new Set();

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
    this.#open();
    const upgrade = (request, socket, head) => {
      const [pathname] = request.url.split("?");
      if (path === undefined || path === pathname) {
        this.handleUpgrade(request, socket, head);
      }
    };
    server.on("upgrade", upgrade);
    const detach = () => {
      server.off("upgrade", upgrade);
      this.#detachments.delete(detach);
    };
    this.#detachments.add(detach);
    return detach;
  }

  handleUpgrade(request, socket, head) {
    this.#open();
    SocketPipe.take(this[kId], request, socket, head);
  }

  close() {
    this.#detachments.forEach((detach) => detach());
    return super.close();
  }

  [kListen](where) {
    return engine().listenWebSocket(where, this.#serverOptions());
  }

  [kArrive](id, fields) {
    const arrival = new Arrival(id, this[kId], this.#options, {
      begin: (request, options, facts) => this[kBegin](id, request, options, facts),
      report: (error) => this[kReport](error)
    });
    arrival.handle(fields);
  }

  /** Has a server of the core's, to hand sockets over to. */
  #open() {
    if (this[kIsClosing]) {
      throw codedError("ERR_SERVER_NOT_RUNNING", "The server is closing");
    }
    if (this[kId] === null) {
      this[kAdopt](engine().openWebSocketServer(this.#serverOptions()), false);
    }
  }

  #serverOptions() {
    const { handshakeTimeout, maxConnections, cert, key } = this.#options;
    return { handshakeTimeoutMs: Math.round(handshakeTimeout), maxConnections, cert, key };
  }
}

module.exports = { WebSocketAudio };

"use strict";

const { CallAuthorization } = require("./call-authorize.js");
const { CallServer } = require("./call-server.js");
const { connect } = require("./connect.js");
const { engine } = require("./engine.js");
const { nativeLimits } = require("./limits.js");
const { nativeCallOptions, serverOptions } = require("./options.js");
const { kArrive, kBegin, kListen, kRefuse, kReport } = require("./server-hooks.js");

const TRANSPORT = "audiosocket";

/** A server that Asterisk dials. The API is described in index.d.ts. */
class AudioSocket extends CallServer {
  #options;

  /** Places a call, as Asterisk does. */
  static connect(options) {
    return connect(options);
  }

  constructor(options = {}) {
    const complete = serverOptions(options);
    super(complete);
    this.#options = complete;
  }

  [kListen](where) {
    const { handshakeTimeout, peerTimeout } = this.#options;
    return engine().listen(where, {
      handshakeTimeoutMs: Math.round(handshakeTimeout),
      peerTimeoutMs: Math.round(peerTimeout),
      ...nativeLimits(this.#options),
      call: nativeCallOptions(this.#options)
    });
  }

  [kArrive](id, [, ref, remoteAddress, remotePort, sampleRate]) {
    const request = {
      ref,
      transport: TRANSPORT,
      remoteAddress,
      remotePort: Number(remotePort),
      sampleRate: Number(sampleRate)
    };
    const { authorize, handshakeTimeout } = this.#options;
    if (authorize === undefined) {
      this[kBegin](id, request, this.#options);
      return;
    }
    const authorization = new CallAuthorization(id, {
      begin: () => this[kBegin](id, request, this.#options),
      refuse: (code) => this[kRefuse](id, request, code),
      report: (error) => this[kReport](error)
    });
    authorization.ask(authorize, request, handshakeTimeout);
  }
}

module.exports = { AudioSocket };

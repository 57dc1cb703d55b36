"use strict";

const { admission } = require("./admission.js");
const { Kind, engine, route, unroute } = require("./engine.js");
const { begunFacts } = require("./facts.js");
const { headersOf } = require("./http-headers.js");
const { namesOf, parsed, referenceOf } = require("./messages.js");
const { nativeAcceptance } = require("./websocket-options.js");

const TRANSPORT = "websocket";

/** Someone who asks for a WebSocket, until it is refused or its call has begun. */
class Arrival {
  #id;
  #server;
  #options;
  #hooks;
  #request;
  /** How the call is treated, once it is accepted. */
  #accepted;

  /**
   * `id` is the connection's number and `server` the server's. `hooks.begin(request, options, facts)`
   * has the call begin; `hooks.isWanted(names)` says whether one that goes by one of these names may;
   * `hooks.report(error)` hears of what goes wrong in `authorize`.
   */
  constructor(id, server, options, hooks) {
    this.#id = id;
    this.#server = server;
    this.#options = options;
    this.#hooks = hooks;
    route(id, this);
  }

  /** The core asks what to do with it. */
  async handle([, remoteAddress, remotePort, url, ...lines]) {
    this.#request = {
      transport: TRANSPORT,
      url,
      headers: headersOf(lines),
      remoteAddress,
      remotePort: Number(remotePort)
    };
    try {
      const { refusal, options } = await admission(this.#request, this.#options);
      if (refusal) {
        this.#refuse(refusal);
      } else if (!this.#hooks.isWanted(namesOf(this.#request))) {
        this.#refuse({ status: 403, headers: [], body: "" });
      } else {
        this.#accepted = options;
        engine().acceptUpgrade(this.#server, this.#id, nativeAcceptance(options));
      }
    } catch (error) {
      this.#refuse({ status: 500, headers: [], body: "" });
      this.#hooks.report(error);
    }
  }

  handleEvent(kind, fields) {
    if (kind === Kind.BEGUN) {
      unroute(this.#id);
      this.#begin(fields);
    } else if (kind === Kind.END) {
      unroute(this.#id);
    }
  }

  #refuse({ status, headers, body }) {
    engine().refuseUpgrade(this.#server, this.#id, status, headers, Buffer.from(body));
  }

  #begin(fields) {
    const { facts, told } = begunFacts(fields);
    const { reference, channel, channelId, variables, metadata } = told;
    const request = {
      ...this.#request,
      dialect: facts.dialect,
      sampleRate: facts.sampleRate,
      channels: facts.channels,
      channel,
      channelId,
      variables,
      metadata: metadata === null ? null : parsed(metadata)
    };
    request.ref = reference ?? channelId ?? referenceOf(request);
    this.#hooks.begin(request, this.#accepted, facts, [request.ref, channelId, ...namesOf(request)]);
  }
}

module.exports = { Arrival };

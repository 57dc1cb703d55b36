"use strict";

/**
 * Audio over Asterisk's chan_websocket: Asterisk waits under a name of its own, and we connect to its
 * HTTP server, where ARI is as well. It needs no port of ours.
 */

const { WebSocketAudio } = require("../websocket-audio.js");
const { callOptions } = require("./options.js");

const NAME_VARIABLE = "MEDIA_WEBSOCKET_CONNECTION_ID";
const SUBPROTOCOLS = ["media"];

class WebSocketWay {
  #options;
  #ari;

  constructor(options, ari) {
    this.#options = options;
    this.#ari = ari;
  }

  prepare({ sampleRate, format, timeout }) {
    const controller = new AbortController();
    const { signal } = controller;
    const dial = { ...callOptions(this.#options), subprotocols: SUBPROTOCOLS, sampleRate, timeout, signal };
    return {
      where: "over WebSocket",
      parameters: {
        external_host: "INCOMING",
        connection_type: "server",
        encapsulation: "none",
        transport: "websocket",
        format
      },
      join: (channelId) => this.#connect(channelId, dial),
      cancel: () => controller.abort()
    };
  }

  async close() {}

  async #connect(channelId, dial) {
    const { value } = await this.#ari.channels.getChannelVar({ channelId, variable: NAME_VARIABLE });
    const url = new URL(this.#ari.url);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.pathname = `${url.pathname.replace(/\/$/, "")}/media/${encodeURIComponent(value)}`;
    return WebSocketAudio.connect(url, dial);
  }
}

module.exports = { WebSocketWay };

"use strict";

/**
 * The live audio of channels of one Asterisk: `stream(channelId, options)` gives an AudioStream. The
 * channels that carry it are in a Stasis application of their own, so that they are nobody's calls, and
 * its events are heard here alone. Nothing is there before the first stream.
 */

const { randomUUID } = require("node:crypto");
const { typeError } = require("../errors.js");
const { AudioSocketWay } = require("./audio-socket-way.js");
const { ChannelEvents } = require("./channel-events.js");
const { mediaClosed } = require("./errors.js");
const { streamOptions } = require("./options.js");
const { Tap } = require("./tap.js");
const { WebSocketWay } = require("./websocket-way.js");

const APP_PREFIX = "callstreams-audio-";

class ChannelAudio {
  #options;
  #hub;
  #opening = null;
  #taps = new Set();
  /** By channel: who is just making a path. A second one is to see the first. */
  #turns = new Map();
  #closed = null;

  /** `ari` is a client of the Asterisk, of which a twin is used; `options` are `audioOptions`. */
  constructor(ari, options) {
    this.#options = options;
    const twin = ari.twin();
    this.#hub = {
      ari: twin,
      app: `${APP_PREFIX}${randomUUID()}`,
      events: new ChannelEvents(twin),
      ways: {
        audiosocket: new AudioSocketWay(this.#options, ari.url),
        websocket: new WebSocketWay(this.#options, twin)
      }
    };
    twin.on("WebSocketConnected", () => this.#taps.forEach((tap) => tap.recheck()));
  }

  /** Resolves when the channel can be heard and spoken to. `ended` is called when that is over. */
  async stream(channelId, options, ended = () => {}) {
    if (typeof channelId !== "string" || channelId === "") {
      throw typeError("channelId", "the id of a channel", channelId);
    }
    const complete = streamOptions(options, this.#options);
    complete.signal?.throwIfAborted();
    await this.#open();
    return this.#inTurn(channelId, () => this.#openTap(channelId, complete, ended));
  }

  /** Ends all streams. Resolves when nothing of them is left. */
  close() {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #open() {
    if (this.#closed !== null) {
      throw mediaClosed();
    }
    this.#opening ??= this.#hub.ari.start(this.#hub.app).catch((error) => {
      this.#opening = null;
      throw error;
    });
    await this.#opening;
  }

  async #openTap(channelId, options, ended) {
    if (this.#closed !== null) {
      throw mediaClosed();
    }
    options.signal?.throwIfAborted();
    // Those that are spent say their last and give their bridge back: who is in it is not free for another.
    const spent = [...this.#taps].filter((tap) => tap.isSpentOn(channelId));
    const tap = new Tap(this.#hub, channelId, options, Promise.all(spent.map(({ gone }) => gone)));
    this.#taps.add(tap);
    tap.gone.then(() => this.#taps.delete(tap));
    tap.over.catch(ended);
    return tap.open();
  }

  #inTurn(channelId, task) {
    const turn = (this.#turns.get(channelId) ?? Promise.resolve()).then(task);
    const settled = turn.catch(() => {});
    this.#turns.set(channelId, settled);
    settled.then(() => {
      if (this.#turns.get(channelId) === settled) {
        this.#turns.delete(channelId);
      }
    });
    return turn;
  }

  async #close() {
    await this.#opening?.catch(() => {});
    await Promise.all([...this.#taps].map((tap) => tap.end()));
    await Promise.all(Object.values(this.#hub.ways).map((way) => way.close()));
    await this.#hub.ari.stop();
  }
}

module.exports = { ChannelAudio };

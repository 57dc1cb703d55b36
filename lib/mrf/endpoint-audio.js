"use strict";

/**
 * The live audio of an endpoint. What plays, records and forks does so on one stream: the first that
 * was asked for both ways and is still up, or one of its own.
 */

const { kTakes } = require("../audio-stream.js");
const { channelGone } = require("../media/errors.js");

class EndpointAudio {
  #channelId;
  #open;
  #isOver = false;
  #main = null;

  /** `open(options, ended)` gives a stream, and calls `ended` when it is over. */
  constructor(channelId, open) {
    this.#channelId = channelId;
    this.#open = open;
  }

  async stream(options) {
    if (this.#isOver) {
      throw channelGone(this.#channelId);
    }
    const isBothWays = (options?.direction ?? "both") === "both";
    if (!isBothWays || this.#main !== null) {
      return this.#open(options, () => {});
    }
    const forget = () => {
      if (this.#main === opening) {
        this.#main = null;
      }
    };
    const opening = this.#open(options, forget);
    this.#main = opening;
    opening.catch(forget);
    return opening;
  }

  /** The endpoint is over. Its streams end by themselves. */
  end() {
    this.#isOver = true;
    this.#main = null;
  }

  async play(source, options) {
    return (await this.#shared()).play(source, options);
  }

  async record(path, options) {
    return (await this.#shared()).record(path, options);
  }

  async fork(url, options) {
    return (await this.#shared()).fork(url, options);
  }

  async #shared() {
    const before = this.#main;
    const stream = await (before ?? this.stream());
    if (before === null || stream[kTakes]) {
      return stream;
    }
    // It was hung up, and Asterisk has not told so yet.
    if (this.#main === before) {
      this.#main = null;
    }
    return this.#main ?? this.stream();
  }
}

module.exports = { EndpointAudio };

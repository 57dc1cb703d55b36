"use strict";

/**
 * The live audio of one channel, from the first request to ARI until nothing of it is left. There is
 * one teardown for every way in which it can end; it waits for what is still being made.
 *
 *   setting up ── joined ──> up ── hung up, channel gone or taken elsewhere, closed ──> over
 *       └── failed, timed out, given up, channel gone ──> over
 */

const { kTakes } = require("../audio-stream.js");
const { channelGone, mediaClosed, mediaFailed, mediaTimeout } = require("./errors.js");
const { NOT_FOUND, Path } = require("./path.js");

/** A listener's rejection, to Node. */
const REJECTED = Symbol.for("nodejs.rejection");

class Tap {
  #hub;
  #channelId;
  #options;
  #path = null;
  #leg = null;
  #stream = null;
  #isUp = false;
  #unwatch;
  #isSubscribed = false;
  #before;
  #settingUp;
  #ending = null;
  #reason = null;
  #endOver;
  #vanish;

  /**
   * `hub` is `{ari, app, events, ways}`; `options` are as options.js gives them; the channel is free to
   * be had once `before` has resolved.
   */
  constructor(hub, channelId, options, before) {
    this.#hub = hub;
    this.#channelId = channelId;
    this.#options = options;
    this.#before = before;
    /** Rejects with why it is over, as soon as it is. */
    this.over = new Promise((_, reject) => (this.#endOver = reject));
    this.over.catch(() => {});
    /** Resolves when nothing of it is left. */
    this.gone = new Promise((resolve) => (this.#vanish = resolve));
  }

  /** Resolves to the stream when the path is whole, both ways. */
  async open() {
    const { signal, timeout } = this.#options;
    const abort = () => this.end(signal.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => this.end(mediaTimeout(this.#leg?.where, timeout)), timeout);
    this.#unwatch = this.#hub.events.watch(this.#channelId, (event) => this.#handleChannel(event));
    this.#settingUp = this.#setUp();
    this.#settingUp.catch((error) => this.end(error));
    try {
      await Promise.race([this.#settingUp, this.over]);
      this.#isUp = true;
      return this.#stream;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Whether it is the channel's, and is of no use any more: it is over, or its stream was hung up. */
  isSpentOn(channelId) {
    const isSpent = this.#reason !== null || (this.#isUp && !this.#stream[kTakes]);
    return this.#channelId === channelId && isSpent;
  }

  /** Takes everything down. Resolves when nothing is left, and never rejects. */
  end(reason) {
    if (this.#reason === null) {
      this.#reason = reason ?? mediaClosed();
      this.#endOver(this.#reason);
    }
    this.#ending ??= this.#tearDown();
    return this.#ending;
  }

  /** Events may have been missed: looks whether all is still there. */
  async recheck() {
    if (!this.#isUp) {
      return;
    }
    try {
      await this.#subscribe();
      await this.#hub.ari.channels.get({ channelId: this.#path.media.id });
    } catch (error) {
      if (error.status !== undefined) {
        this.end(channelGone(this.#channelId, error));
      }
    }
  }

  async #setUp() {
    try {
      const { direction, transport } = this.#options;
      await this.#unlessOver(this.#before);
      const isFree = await this.#request(this.#look());
      this.#path = new Path(this.#hub, this.#channelId, { direction, isFree });
      await this.#request(this.#subscribe());
      this.#leg = await this.#request(this.#hub.ways[transport].prepare(this.#options));
      this.#path.ended().then(() => this.#pathEnded());
      await this.#request(together([this.#makeMedia(), this.#path.makeRest()]));
      await this.#unlessOver(Promise.all([this.#arrival(), this.#path.started()]));
      await this.#request(this.#path.join());
    } catch (error) {
      throw this.#reason ?? (await this.#causeOf(error));
    }
  }

  async #tearDown() {
    this.#leg?.cancel();
    await this.#settingUp?.catch(() => {});
    this.#unwatch();
    const isGone = await this.#path?.remove();
    // Where Asterisk ends it, what the channel said last is heard before the end.
    if (!isGone || !this.#isUp) {
      this.#stream?.hangup();
    }
    if (this.#isSubscribed) {
      await this.#hub.ari.applications.unsubscribe(this.#subscription).catch(() => {});
    }
    this.#vanish();
  }

  /** Whether the channel may be put into a bridge of ours. */
  async #look() {
    const { channels, bridges } = this.#hub.ari;
    const { dialplan } = await channels.get({ channelId: this.#channelId });
    if (this.#options.direction !== "both" || dialplan?.app_name !== "Stasis") {
      return false;
    }
    const all = await bridges.list();
    return !all.some((bridge) => bridge.channels.includes(this.#channelId));
  }

  get #subscription() {
    return { applicationName: this.#hub.app, eventSource: `channel:${this.#channelId}` };
  }

  async #subscribe() {
    await this.#hub.ari.applications.subscribe(this.#subscription);
    this.#isSubscribed = true;
  }

  async #makeMedia() {
    const { where, parameters } = this.#leg;
    try {
      await this.#path.makeMedia(parameters);
    } catch (error) {
      throw mediaFailed(where, error);
    }
  }

  async #arrival() {
    const stream = await this.#leg.join(this.#path.media.id);
    this.#stream = stream;
    if (this.#reason !== null) {
      stream.hangup();
    }
  }

  #handleChannel({ type, bridge, digit }) {
    const { snoop = null, bridgeId } = this.#path ?? {};
    if (type === "ChannelDestroyed") {
      this.end(channelGone(this.#channelId));
    } else if (type === "ChannelLeftBridge" && bridge?.id === bridgeId) {
      // Whoever takes the channel elsewhere has no more use for this.
      this.end(channelGone(this.#channelId));
    } else if (type === "ChannelDtmfReceived" && snoop !== null && this.#options.direction !== "out") {
      // A snoop hears no keys.
      this.#tellKey(digit);
    }
  }

  /** What a listener throws is the stream's, as it is of every other event. */
  #tellKey(digit) {
    try {
      this.#stream?.emit("dtmf", digit);
    } catch (error) {
      this.#stream[REJECTED](error);
    }
  }

  async #pathEnded() {
    if (this.#reason !== null) {
      return;
    }
    this.end(await this.#causeOf(mediaFailed(this.#leg.where)));
  }

  /** Awaits a request to its end, since what it makes must be known before it can be removed. */
  async #request(request) {
    const value = await request;
    if (this.#reason !== null) {
      throw this.#reason;
    }
    return value;
  }

  #unlessOver(promise) {
    return Promise.race([promise, this.over]);
  }

  /** Most of what fails, fails because the channel is gone. */
  async #causeOf(error) {
    const { channels } = this.#hub.ari;
    const answer = await channels.get({ channelId: this.#channelId }).catch((failure) => failure);
    return answer.status === NOT_FOUND ? channelGone(this.#channelId, error) : error;
  }
}

/** As Promise.all, but settled only when all are. */
async function together(promises) {
  const outcomes = await Promise.allSettled(promises);
  const failure = outcomes.find(({ status }) => status === "rejected");
  if (failure) {
    throw failure.reason;
  }
}

module.exports = { Tap };

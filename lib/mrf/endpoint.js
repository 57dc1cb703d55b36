"use strict";

/**
 * A channel of Asterisk together with the SIP dialog that made it. One teardown for every way it can
 * end: `destroy` is emitted once, with `{ reason }`:
 *   destroy      destroy() was called
 *   channel      the channel was hung up, or left the application
 *   dialog       Asterisk ended the SIP dialog
 *   lost         ARI was away, and the channel is gone or nobody can say
 *   disconnect   the media server was disconnected
 */

const { EventEmitter } = require("node:events");
const { warnUnawaited } = require("../ari/unawaited.js");
const { tellCallback } = require("../callback.js");
const { EndpointAudio } = require("./endpoint-audio.js");
const { quietly } = require("./quietly.js");

/** After a BYE Asterisk says that the channel is gone; where it does not, ARI is told to end it. */
const BYE_MS = 2000;

class Endpoint extends EventEmitter {
  #mediaserver;
  #channel;
  #dialog;
  #hasDialog = true;
  #isOver = false;
  #gone;
  #tellGone;
  #teardown;
  #reason;
  #forget;
  #audio;

  /**
   * Made by `MediaServer#createEndpoint` and `connectCaller`, to which `hand` gives what is not for
   * everybody: `ended(reason)` tells that the channel is gone, `lost(reason)` that it is as good as
   * gone, whatever SIP believes, and `destroy(reason)` ends it.
   * `forget(reason)` is called when it is over; `stream(options, ended)` gives the channel's audio.
   */
  constructor(mediaserver, channel, dialog, { hand, forget, stream }) {
    super();
    this.#mediaserver = mediaserver;
    this.#channel = channel;
    this.#dialog = dialog;
    this.#gone = new Promise((resolve) => (this.#tellGone = resolve));
    dialog.on("destroy", () => this.#dialogEnded());
    channel.on("ChannelDtmfReceived", (event) => this.emit("dtmf", event.digit, event.duration_ms));
    this.#forget = forget;
    this.#audio = new EndpointAudio(channel.id, stream);
    hand({
      ended: (reason) => this.#end(reason),
      lost: (reason) => this.#lose(reason),
      destroy: (reason) => this.#destroy(reason)
    });
  }

  get mediaserver() {
    return this.#mediaserver;
  }

  get srf() {
    return this.#mediaserver.srf;
  }

  /** The ARI channel, with its operations and events. */
  get channel() {
    return this.#channel;
  }

  get channelId() {
    return this.#channel.id;
  }

  get channelName() {
    return this.#channel.name;
  }

  /** The SIP dialog between the application and Asterisk. */
  get dialog() {
    return this.#dialog;
  }

  /** The endpoint's own side: what Asterisk answered. */
  get local() {
    return { sdp: this.#dialog.remote.sdp };
  }

  /** What Asterisk was offered. */
  get remote() {
    return { sdp: this.#dialog.local.sdp };
  }

  /** Whether the channel is still in the application. */
  get connected() {
    return !this.#isOver;
  }

  /** The channel's live audio: an AudioStream. */
  stream(options) {
    return warnUnawaited(this.#audio.stream(options));
  }

  /** Plays as `AudioStream#play`. */
  play(source, options) {
    return warnUnawaited(this.#audio.play(source, options));
  }

  /** Resolves to a recording as `AudioStream#record` gives it. */
  record(path, options) {
    return warnUnawaited(this.#audio.record(path, options));
  }

  /** Resolves to a fork as `AudioStream#fork` gives it. */
  fork(url, options) {
    return warnUnawaited(this.#audio.fork(url, options));
  }

  /** Sends a BYE, which ends the channel. Resolves when Asterisk has let go of it; never rejects. */
  destroy(callback) {
    return tellCallback(this.#destroy("destroy"), callback);
  }

  #destroy(reason) {
    this.#reason ??= reason;
    this.#teardown ??= this.#tearDown();
    return this.#teardown;
  }

  async #tearDown() {
    const bye = this.#sayBye();
    // Without events there is only SIP's word for it.
    const over = this.#mediaserver.ari.isConnected ? this.#gone : bye;
    if (!(await inTime(over, BYE_MS))) {
      await inTime(Promise.resolve(this.#channel.hangup()).catch(() => {}), BYE_MS);
      await inTime(over, BYE_MS);
    }
    this.#end(this.#reason);
  }

  async #sayBye() {
    if (this.#hasDialog) {
      this.#hasDialog = false;
      await Promise.resolve(this.#dialog.destroy()).catch(() => {});
    }
  }

  #lose(reason) {
    this.#end(reason);
    this.#sayBye();
  }

  #dialogEnded() {
    this.#hasDialog = false;
    if (!this.#isOver) {
      quietly(() => this.#channel.hangup());
      this.#end("dialog");
    }
  }

  #end(reason) {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#audio.end();
      this.#tellGone();
      const why = this.#reason ?? reason;
      this.#forget(why);
      this.emit("destroy", { reason: why });
    }
  }
}

/** Whether `promise` resolves within `ms`. */
function inTime(promise, ms) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, false)));
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
}

module.exports = { Endpoint };

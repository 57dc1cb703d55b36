"use strict";

/**
 * One Asterisk, as a media server: its Stasis application, and the endpoints in it. An endpoint
 * comes by SIP, with a UUID as its caller's number, by which its channel is known again.
 */

const { randomUUID } = require("node:crypto");
const { EventEmitter } = require("node:events");
const { warnUnawaited } = require("../ari/unawaited.js");
const { splitCallback, tellCallback } = require("../callback.js");
const { typeError } = require("../errors.js");
const { ChannelAudio } = require("../media/channel-audio.js");
const { between, completed, listOf, optional, stringRule } = require("../options.js");
const { emptyApplication } = require("./application-end.js");
const { answerCaller } = require("./caller.js");
const { Endpoint } = require("./endpoint.js");
const { mrfError } = require("./errors.js");
const { Meeting } = require("./meeting.js");
const { quietly } = require("./quietly.js");
const { inactiveSdp, withCodecs } = require("./sdp.js");

const ENDPOINT_DEFAULTS = { remoteSdp: undefined, headers: {}, codecs: undefined, timeout: 4000 };
const ENDPOINT_RULES = {
  remoteSdp: optional(stringRule),
  headers: headersRule,
  codecs: optional(listOf(stringRule)),
  timeout: between(1, 600_000)
};
/** By these Asterisk tells whose call it is; they cannot be chosen. */
const OWN_HEADERS = ["user-agent", "from"];

class MediaServer extends EventEmitter {
  #mrf;
  #ari;
  #sip;
  #graceMs;
  #audioOptions;
  /** Made for the first stream. */
  #audio;
  #id = `drachtio-${randomUUID()}`;
  #isStarted = false;
  #isStopped;
  #meetings = new Map();
  /** What only the media server may do to each endpoint, by channel id. */
  #handles = new Map();
  #graceTimer;

  /** The endpoints, by their channel's id. */
  endpoints = new Map();

  /** Made by `Mrf#connect`. */
  constructor(mrf, ari, { sip, graceMs, audio }) {
    super();
    this.#mrf = mrf;
    this.#ari = ari;
    this.#sip = sip;
    this.#graceMs = graceMs;
    this.#audioOptions = audio;
    ari.on("StasisStart", (event, channels) => this.#channelCame(event, channels));
    ari.on("StasisEnd", (event) => this.#channelEnded(event.channel?.id));
    ari.on("ChannelDestroyed", (event) => this.#channelEnded(event.channel?.id));
    ari.on("WebSocketLost", (error) => this.#lost(error));
    ari.on("WebSocketConnected", () => this.#isStarted && this.#found());
  }

  /** The application's name, which is also the user that is dialled to reach it. */
  get id() {
    return this.#id;
  }

  /** The ARI client. */
  get ari() {
    return this.#ari;
  }

  get mrf() {
    return this.#mrf;
  }

  get srf() {
    return this.#mrf.srf;
  }

  get logger() {
    return this.#mrf.logger;
  }

  /** Where SIP is spoken: `host:port`. */
  get address() {
    return this.#sip;
  }

  /** Whether the application runs, so that endpoints can be made. */
  connected() {
    return this.#isStarted && !this.#isStopped && this.#ari.isConnected;
  }

  /** Runs the application; `Mrf#connect` has done so. */
  async start() {
    await this.#ari.start(this.#id);
    this.#isStarted = true;
  }

  /** `createEndpoint([options][, callback])`: an INVITE to Asterisk, and the channel that comes of it. */
  createEndpoint(...args) {
    const [[options], callback] = splitCallback(args);
    const made = tellCallback(warnUnawaited(this.#createEndpoint(options ?? {})), callback);
    return callback ? this : made;
  }

  /** `connectCaller(req, res[, options][, callback])`: an endpoint for a call that came in, and its answer. */
  connectCaller(req, res, ...args) {
    const [[options], callback] = splitCallback(args);
    const connected = tellCallback(warnUnawaited(answerCaller(this, req, res, options ?? {})), callback);
    return callback ? this : connected;
  }

  /** The live audio of any channel of this Asterisk: an AudioStream. */
  stream(channelId, options) {
    return warnUnawaited(this.#stream(channelId, options));
  }

  /** Ends the endpoints, then the application. Resolves when Asterisk has nothing left of it; never rejects. */
  disconnect(callback) {
    this.#isStopped ??= this.#stop();
    return tellCallback(this.#isStopped, callback);
  }

  async #createEndpoint(given) {
    const options = completed("options", given, ENDPOINT_DEFAULTS, ENDPOINT_RULES);
    const { remoteSdp = inactiveSdp(), codecs, headers, timeout } = options;
    const localSdp = codecs ? withCodecs(remoteSdp, codecs) : remoteSdp;
    if (!this.srf) {
      throw mrfError("ERR_MRF_NO_SRF");
    }
    if (!this.connected()) {
      throw mrfError(this.#isStopped ? "ERR_MRF_DISCONNECTED" : "ERR_MRF_LOST");
    }
    const uuid = randomUUID();
    const meeting = new Meeting({
      timeout,
      join: (channel, dialog) => this.#join(channel, dialog),
      forget: () => this.#meetings.delete(uuid)
    });
    this.#meetings.set(uuid, meeting);
    const invite = { localSdp, headers: { ...chosenHeaders(headers), ...ownHeaders(uuid) } };
    meeting.start((progress) => this.srf.createUAC(`sip:${this.#id}@${this.#sip}`, invite, progress));
    try {
      return await meeting.met;
    } catch (error) {
      this.logger.error(`no endpoint was made: ${error.message}`);
      throw error;
    }
  }

  async #stream(channelId, options, ended) {
    if (this.#isStopped) {
      throw mrfError("ERR_MRF_DISCONNECTED");
    }
    this.#audio ??= new ChannelAudio(this.#ari, this.#audioOptions);
    return this.#audio.stream(channelId, options, ended);
  }

  #join(channel, dialog) {
    const endpoint = new Endpoint(this, channel, dialog, {
      hand: (handle) => this.#handles.set(channel.id, handle),
      stream: (options, ended) => this.#stream(channel.id, options, ended),
      forget: (reason) => {
        this.endpoints.delete(channel.id);
        this.#handles.delete(channel.id);
        this.logger.info(`endpoint ${channel.id} is over: ${reason}`);
      }
    });
    this.endpoints.set(channel.id, endpoint);
    return endpoint;
  }

  #channelCame({ application, channel: told }, channels) {
    if (application !== this.#id || !told) {
      return;
    }
    const { id, caller, dialplan } = told;
    const channel = channels.channel ?? channels;
    const meeting = this.#meetings.get(caller?.number);
    if (meeting) {
      meeting.channelCame(channel);
    } else if (dialplan?.exten === this.#id) {
      // It dialled us and is none of ours: the dialplan may know better. Who came by ARI is left alone.
      this.logger.error(`channel ${id} is unknown here, and goes on in the dialplan`);
      quietly(() => channel.continueInDialplan());
    }
  }

  #channelEnded(id) {
    this.#handles.get(id)?.ended("channel");
    for (const meeting of this.#meetings.values()) {
      if (meeting.hasChannel(id)) {
        meeting.channelEnded();
      }
    }
  }

  #lost(error) {
    this.logger.error(`ARI is lost: ${error.message}`);
    this.#meetings.forEach((meeting) => meeting.fail(mrfError("ERR_MRF_LOST", error)));
    const giveUp = () => this.#lose([...this.#handles.keys()]);
    this.#graceTimer ??= setTimeout(giveUp, this.#graceMs).unref();
    this.emit("lost", error);
  }

  /** Events flow again. Whose end was missed is found out by who is still there. */
  async #found() {
    const before = [...this.#handles.keys()];
    try {
      const channels = await this.#ari.channels.list();
      const present = new Set(channels.map(({ id }) => id));
      this.#stopGrace();
      this.#lose(before.filter((id) => !present.has(id)));
    } catch (error) {
      // Lost again, which starts all this anew.
      this.logger.error(`ARI is back and does not answer: ${error.message}`);
      return;
    }
    this.logger.info("ARI is back");
    this.emit("reconnect");
  }

  #lose(ids) {
    ids.forEach((id) => this.#handles.get(id)?.lost("lost"));
  }

  #stopGrace() {
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
  }

  async #stop() {
    this.#mrf.forget(this);
    this.#stopGrace();
    this.#meetings.forEach((meeting) => meeting.fail(mrfError("ERR_MRF_DISCONNECTED")));
    await this.#audio?.close();
    await Promise.all([...this.#handles.values()].map(({ destroy }) => destroy("disconnect")));
    await this.#hangUpTheRest();
    await this.#ari.stop();
    this.logger.info(`application ${this.#id} is over`);
    this.emit("disconnect");
  }

  /** Nobody will ever come back for this application. */
  async #hangUpTheRest() {
    try {
      await emptyApplication(this.#ari, this.#id);
    } catch (error) {
      this.logger.error(`something of ${this.#id} may be left: ${error.message}`);
    }
  }
}

function ownHeaders(uuid) {
  return { "User-Agent": "drachtio", From: `<sip:${uuid}@localhost>` };
}

function chosenHeaders(headers) {
  const isFree = ([name]) => !OWN_HEADERS.includes(name.toLowerCase());
  return Object.fromEntries(Object.entries(headers).filter(isFree));
}

function headersRule(name, value) {
  if (value === null || typeof value !== "object") {
    throw typeError(name, "an object", value);
  }
}

module.exports = { MediaServer };

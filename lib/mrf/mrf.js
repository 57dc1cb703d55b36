"use strict";

/** The media resource framework: an application's drachtio, and the Asterisks it is connected to. */

const { EventEmitter } = require("node:events");
const os = require("node:os");
const { connect } = require("../ari/connect.js");
const { splitCallback, tellCallback } = require("../callback.js");
const { typeError } = require("../errors.js");
const { audioOptions } = require("../media/options.js");
const { between, completed, functionRule, stringRule } = require("../options.js");
const { MediaServer } = require("./media-server.js");

const SILENT = { info() {}, error() {} };

/** Times in milliseconds. */
const ARI_DEFAULTS = {
  address: undefined,
  username: undefined,
  password: undefined,
  port: 8088,
  protocol: "http",
  timeout: 10_000,
  heartbeat: 15_000
};
const port = between(1, 65_535);
const ARI_RULES = { address: stringRule, username: stringRule, port };
const SIP_DEFAULTS = { address: undefined, port: 5060 };
const SIP_RULES = { address: stringRule, port };
const DEFAULTS = { ari: undefined, sip: {}, audio: {}, graceMs: 30_000 };
const RULES = { graceMs: between(0, 2 ** 31 - 1) };

class Mrf extends EventEmitter {
  #srf;
  #logger = SILENT;

  /** The media servers that are connected. */
  mediaservers = [];
  /** This machine's IPv4 addresses, without the loopback. */
  localAddresses = localAddresses();

  /** `srf` is drachtio's; without one there is ARI, and there are no endpoints. */
  constructor(srf, { logger } = {}) {
    super();
    this.#srf = srf;
    if (logger !== undefined) {
      this.logger = logger;
    }
  }

  get srf() {
    return this.#srf;
  }

  /** Where it is told what happens: anything with `info` and `error`. Nowhere, unless it is set. */
  get logger() {
    return this.#logger;
  }

  set logger(logger) {
    functionRule("logger.info", logger?.info);
    functionRule("logger.error", logger?.error);
    this.#logger = logger;
  }

  /** `connect({ ari, sip }[, callback])`: a media server whose application runs. */
  connect(...args) {
    const [[options], callback] = splitCallback(args);
    const connected = tellCallback(this.#connect(options), callback);
    return callback ? this : connected;
  }

  /** Of a media server that is no more; it says so itself. */
  forget(mediaserver) {
    const at = this.mediaservers.indexOf(mediaserver);
    if (at !== -1) {
      this.mediaservers.splice(at, 1);
    }
  }

  async #connect(given) {
    checkObject("options", given);
    checkObject("options.ari", given.ari);
    const options = completed("options", given, DEFAULTS, RULES);
    const ari = completed("options.ari", options.ari, ARI_DEFAULTS, ARI_RULES);
    const sip = completed("options.sip", options.sip, { ...SIP_DEFAULTS, address: ari.address }, SIP_RULES);
    const audio = audioOptions("options.audio", options.audio);
    const url = `${ari.protocol}://${host(ari.address)}:${ari.port}`;
    try {
      this.#logger.info(`connecting to ARI at ${url} as ${ari.username}`);
      const { timeout, heartbeat } = ari;
      const client = await connect(url, ari.username, ari.password, { timeout, heartbeat });
      const where = { sip: `${host(sip.address)}:${sip.port}`, graceMs: options.graceMs, audio };
      const mediaserver = new MediaServer(this, client, where);
      await mediaserver.start();
      this.mediaservers.push(mediaserver);
      return mediaserver;
    } catch (error) {
      this.#logger.error(`cannot connect to ARI at ${url}: ${error.message}`);
      throw error;
    }
  }
}

/** Not with the value in what is thrown: it may well have a password in it. */
function checkObject(name, value) {
  if (value === null || typeof value !== "object") {
    throw typeError(name, "an object", typeof value);
  }
}

/** As it stands in a URL: IPv6 in brackets. */
function host(address) {
  return address.includes(":") && !address.startsWith("[") ? `[${address}]` : address;
}

function localAddresses() {
  const addresses = Object.values(os.networkInterfaces()).flat();
  return addresses.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address);
}

module.exports = { Mrf };

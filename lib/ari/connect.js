"use strict";

/** The way in: `connect(url, username, password[, options][, callback])`. */

const { splitCallback, tellCallback } = require("../callback.js");
const { between, completed } = require("../options.js");
const { Access } = require("./access.js");
const { AriClient } = require("./client.js");
const { loadDescription } = require("./description.js");
const { Http } = require("./http.js");

/** Milliseconds: how long any answer may take, and how often the events' connection is tried. */
const DEFAULTS = { timeout: 10_000, heartbeat: 15_000 };
const RULES = { timeout: between(1, 2 ** 31 - 1), heartbeat: between(1, 2 ** 31 - 1) };

/** Resolves to an `AriClient` that knows all that this Asterisk can do; no application runs yet. */
function connect(url, username, password, ...args) {
  const [[options], callback] = splitCallback(args);
  return tellCallback(open(url, username, password, options), callback);
}

async function open(url, username, password, options = {}) {
  const complete = completed("options", options, DEFAULTS, RULES);
  const access = new Access(url, username, password);
  const http = new Http(access, complete);
  return new AriClient(access, http, await loadDescription(http), complete);
}

module.exports = { connect };

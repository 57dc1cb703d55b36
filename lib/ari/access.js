"use strict";

/**
 * Where an ARI is and who asks it. The password stays in here: nothing that is logged, thrown or
 * inspected has it.
 */

const { codedError, typeError } = require("../errors.js");

class Access {
  #authorization;

  constructor(url, username, password) {
    for (const [name, value] of Object.entries({ url, username, password })) {
      if (typeof value !== "string") {
        // Not with the value in it, which may be a password gone astray.
        throw typeError(name, "a string", typeof value);
      }
    }
    this.base = baseOf(url);
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    Object.freeze(this);
  }

  /** The address of a resource: `path` begins with a slash, `query` is a `URLSearchParams`. */
  url(path, query = "") {
    const url = new URL(this.base);
    url.pathname += path;
    url.search = String(query);
    return url;
  }

  /** The same for the WebSocket. */
  socketUrl(path, query) {
    const url = this.url(path, query);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url;
  }

  headers() {
    return { authorization: this.#authorization };
  }
}

/** Asterisk's `prefix` in http.conf, if there is one, is in the URL's path. */
function baseOf(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  if (!isPlain) {
    throw codedError("ERR_INVALID_URL", "The URL of ARI must be http(s)://host:port, without credentials");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}/ari`;
}

module.exports = { Access };

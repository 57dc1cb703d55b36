"use strict";

const { rangeError, typeError } = require("./errors.js");
const { flat } = require("./http-headers.js");

const PORTS = { "ws:": "80", "wss:": "443" };

/** A URL of a WebSocket, checked; its port is always there. */
function targetOf(url) {
  if (typeof url !== "string" && !(url instanceof URL)) {
    throw typeError("url", "a string or a URL", url);
  }
  if (!URL.canParse(String(url))) {
    throw rangeError("url", "a ws: or wss: URL", url);
  }
  const { href, protocol, hostname, port } = new URL(url);
  if (!(protocol in PORTS)) {
    throw rangeError("url", "a ws: or wss: URL", url);
  }
  return { href, hostname, port: port || PORTS[protocol] };
}

/** What the core needs to make a WebSocket. */
function nativeClient(target, { headers, subprotocols, deflate, timeout, maxMessage, auth, tls = {} }) {
  const ca = tls.ca ?? "system";
  return {
    url: target.href,
    headers: [...flat(headers), ...flat(authorization(auth))],
    subprotocols: subprotocols ?? [],
    deflate,
    timeoutMs: Math.round(timeout),
    maxMessage: Math.round(maxMessage),
    ca,
    caIsFile: ca !== "system" && ca !== "none",
    cert: tls.cert,
    key: tls.key,
    checkHostname: tls.checkHostname ?? true
  };
}

/** The header that says who asks. */
function authorization(auth) {
  if (auth === undefined) {
    return {};
  }
  if (auth.bearer !== undefined) {
    return { Authorization: `Bearer ${auth.bearer}` };
  }
  const encoded = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
  return { Authorization: `Basic ${encoded}` };
}

module.exports = { nativeClient, targetOf };

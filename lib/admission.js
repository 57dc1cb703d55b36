"use strict";

const { rangeError, typeError } = require("./errors.js");
const { flat, headersRule } = require("./http-headers.js");
const { callOptionsFor } = require("./websocket-options.js");

/**
 * Whether a WebSocket is opened for a request: `{options}`, how its call is treated, or `{refusal}`,
 * what it is answered.
 */
async function admission(request, options) {
  const found = optionsOfPath(request.url, options);
  if (found === null) {
    return { refusal: refusal(404) };
  }
  const { origins, authorize } = found;
  if (origins !== undefined && !isOriginWanted(request.headers, origins)) {
    return { refusal: refusal(403) };
  }
  const answer = authorize === undefined ? true : await authorize(request);
  if (answer === true) {
    const { options: accepted, fault } = await callOptionsFor(found, request);
    return fault === undefined ? { options: accepted } : { refusal: refusal(400, {}, `${fault}\n`) };
  }
  return { refusal: refusalOf(answer) };
}

/**
 * Whether a request's Origin is of a list. FreeSWITCH's modules tell one too, of this server's own address:
 * they are no browsers, which always call themselves Mozilla and cannot be made to say otherwise.
 */
function isOriginWanted({ origin, host = "", "user-agent": agent = "" }, origins) {
  if (origin === undefined || origins.includes(origin)) {
    return true;
  }
  return !agent.startsWith("Mozilla/") && hostname(origin) === hostname(host) && host !== "";
}

/** The name or address in `ws://name:port`, `name:port` or `name`. */
function hostname(text) {
  const [, name] = /^(?:[a-z]+:\/\/)?(\[[^\]]*\]|[^:/]*)/iu.exec(text);
  return name.toLowerCase();
}

/** The options of a request's path, the server's with its own; null where that is none of the server's. */
function optionsOfPath(url, options) {
  const { paths } = options;
  if (paths === undefined) {
    return options;
  }
  const [pathname] = url.split("?");
  const prefix = Object.keys(paths).find(
    (path) => path.endsWith("/*") && pathname.startsWith(path.slice(0, -1))
  );
  // A request may name what every object has.
  const name = Object.hasOwn(paths, pathname) ? pathname : prefix;
  if (name === undefined) {
    return null;
  }
  const own = Object.entries(paths[name]).filter(([, value]) => value !== undefined);
  return { ...options, ...Object.fromEntries(own) };
}

/** What `authorize` gives that is not `true`: `false`, a status, or an answer. */
function refusalOf(answer) {
  if (answer === false || answer === undefined || answer === null) {
    return refusal(401);
  }
  if (typeof answer === "number") {
    return refusal(answer);
  }
  if (typeof answer !== "object") {
    throw typeError("authorize()", "a boolean, a status or an answer", answer);
  }
  return refusal(answer.status ?? 401, answer.headers, answer.body);
}

function refusal(status, headers = {}, body = `${reason(status)}\n`) {
  if (!Number.isInteger(status) || status < 300 || status > 599) {
    throw rangeError("status", "a whole number from 300 to 599", status);
  }
  headersRule("headers", headers);
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw typeError("body", "a string or a Buffer", body);
  }
  return { status, headers: flat(headers), body };
}

/** A status in words. */
function reason(status) {
  // Loaded only here: it takes milliseconds.
  const { STATUS_CODES } = require("node:http");
  return STATUS_CODES[status] ?? "Refused";
}

module.exports = { admission };

"use strict";

/**
 * Requests to ARI over HTTP. Each has a connection of its own: Asterisk closes idle ones when it
 * likes, and a request lost with one could not be told from one that was carried out.
 */

const http = require("node:http");
const https = require("node:https");
const { networkError, responseError, statusError, timeoutError } = require("./errors.js");

/** Asterisk serves a hundred HTTP sessions by default, and there are others who want some. */
const MAX_SOCKETS = 32;
/** The longest resource description has 100 KB, ten thousand channels in a list have 8 MB. */
const MAX_JSON = 16 * 2 ** 20;
/** A stored recording: an hour of 8 kHz linear audio has 55 MB. */
const MAX_FILE = 64 * 2 ** 20;
/** What an error says of itself. */
const MAX_ERROR = 64 * 2 ** 10;

class Http {
  #access;
  #agent;
  #timeout;

  constructor(access, { timeout }) {
    this.#access = access;
    this.#timeout = timeout;
    this.#agent = new (moduleOf(access).Agent)({ keepAlive: false, maxSockets: MAX_SOCKETS });
  }

  /** The body of the answer as a Buffer; rejects with a coded error unless the status is a success. */
  async request(method, path, { query, body, timeout = this.#timeout, maxLength = MAX_FILE } = {}) {
    const what = `${method} ${path}`;
    const url = this.#access.url(path, query);
    const { status, content } = await this.#exchange(what, method, url, body, { timeout, maxLength });
    if (isSuccess(status)) {
      return content;
    }
    throw statusError(what, status, jsonOrUndefined(content));
  }

  /** The same for answers that are JSON; undefined where there is none. */
  async requestJson(method, path, options) {
    const content = await this.request(method, path, { ...options, maxLength: MAX_JSON });
    if (content.length === 0) {
      return undefined;
    }
    const value = jsonOrUndefined(content);
    if (value === undefined) {
      throw responseError(`${method} ${path}`, "the answer is no JSON");
    }
    return value;
  }

  #exchange(what, method, url, body, { timeout, maxLength }) {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = { ...this.#access.headers(), ...(payload && jsonHeaders(payload)) };
    return new Promise((resolve, reject) => {
      const request = moduleOf(this.#access).request(url, { method, headers, agent: this.#agent });
      // Told at once as well: a request that waits for a socket hears of its end only with one.
      const late = setTimeout(() => {
        reject(timeoutError(what, timeout));
        request.destroy();
      }, timeout);
      const fail = (error) => {
        clearTimeout(late);
        reject(error.code?.startsWith?.("ERR_ARI_") ? error : networkError(what, error));
      };
      request.on("error", fail);
      request.on("response", (response) => {
        const most = isSuccess(response.statusCode) ? maxLength : MAX_ERROR;
        collect(what, response, most).then((content) => {
          clearTimeout(late);
          resolve({ status: response.statusCode, content });
        }, fail);
      });
      request.end(payload);
    });
  }
}

function isSuccess(status) {
  return status >= 200 && status < 300;
}

function moduleOf(access) {
  return access.base.startsWith("https:") ? https : http;
}

function jsonHeaders(payload) {
  return { "content-type": "application/json", "content-length": payload.length };
}

/** The body; one that is too long is read no further, which closes the connection. */
async function collect(what, response, maxLength) {
  const chunks = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > maxLength) {
      throw responseError(what, `the answer is longer than ${maxLength} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function jsonOrUndefined(content) {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}

module.exports = { Http };

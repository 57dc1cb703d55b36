"use strict";

const { rangeError, typeError } = require("./errors.js");

/** An `authorize` for Basic authorization: `users` by name with their passwords, or a function. */
function basic(users, realm = "audio") {
  if (typeof users !== "function" && (users === null || typeof users !== "object")) {
    throw typeError("users", "an object or a function", users);
  }
  if (!/^[^"\r\n]*$/.test(realm)) {
    throw rangeError("realm", "a string without quotes and line breaks", realm);
  }
  const refusal = { status: 401, headers: { "WWW-Authenticate": `Basic realm="${realm}", charset="UTF-8"` } };
  return async (request) => {
    const [user, password] = credentials(request);
    const isKnown =
      user !== undefined &&
      (typeof users === "function"
        ? await users(user, password, request)
        : Object.hasOwn(users, user) && isSame(password, users[user]));
    return isKnown === true ? true : refusal;
  };
}

/** An `authorize` for Bearer tokens: one, a list of them, or a function. */
function bearer(tokens) {
  const isList = Array.isArray(tokens) && tokens.every((token) => typeof token === "string");
  if (typeof tokens !== "function" && typeof tokens !== "string" && !isList) {
    throw typeError("tokens", "a string, a list of strings or a function", tokens);
  }
  const refusal = { status: 401, headers: { "WWW-Authenticate": "Bearer" } };
  return async (request) => {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    const isKnown =
      token !== undefined &&
      (typeof tokens === "function"
        ? await tokens(token, request)
        : [tokens].flat().some((known) => isSame(token, known)));
    return isKnown === true ? true : refusal;
  };
}

function credentials({ headers }) {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? "")?.[1];
  if (encoded === undefined) {
    return [];
  }
  const [user, ...password] = Buffer.from(encoded, "base64").toString().split(":");
  return [user, password.join(":")];
}

/** Compares without telling by its time where they differ. */
function isSame(given, known) {
  const { createHash, timingSafeEqual } = require("node:crypto");
  const digest = (text) => createHash("sha256").update(String(text)).digest();
  return timingSafeEqual(digest(given), digest(known));
}

module.exports = { basic, bearer };

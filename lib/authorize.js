"use strict";

const { rangeError, typeError } = require("./errors.js");

/** An `authorize` for Basic authorization: `users` by name with their passwords, or a function. */
function basic(users, realm = "audio") {
  if (typeof users !== "function") {
    checkUsers(users);
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
  const list = [tokens].flat();
  if (typeof tokens !== "function" && !(list.length > 0 && list.every(isSecret))) {
    throw typeError("tokens", "a token, a list of tokens or a function; an empty string is none", typeof tokens);
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

/** A variable of the environment that is not set must not become a password that anybody knows. */
function checkUsers(users) {
  if (users === null || typeof users !== "object" || Array.isArray(users)) {
    throw typeError("users", "an object of passwords by name, or a function", users);
  }
  for (const [user, password] of Object.entries(users)) {
    if (!isSecret(password)) {
      // The value is not shown: it may be a secret of the wrong type.
      throw typeError(`users[${JSON.stringify(user)}]`, "a password, a string that is not empty", typeof password);
    }
  }
}

function isSecret(value) {
  return typeof value === "string" && value !== "";
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

"use strict";

/** One operation of ARI: parameters in, a request, and an answer made of what came back. */

const { typeError } = require("../errors.js");

/** These bodies are wrapped in an object with their own name, unless they are already. */
const WRAPPED = new Set(["variables", "fields"]);

/**
 * Carries `operation` out. `make(kind, values)` makes an object of a kind that has methods; kinds
 * that have none it gives back as they are.
 */
async function carryOut(http, operation, options, make) {
  const { path, query, body } = requestOf(operation, options);
  if (operation.answer === "binary") {
    return http.request(operation.method, path, { query, body });
  }
  const value = await http.requestJson(operation.method, path, { query, body });
  if (operation.isList && Array.isArray(value)) {
    return value.map((one) => make(operation.answer, one));
  }
  return make(operation.answer, value);
}

/** What an operation was given: its options, or none where there is something else in their place. */
function optionsOf(value) {
  const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
  return isObject ? { ...value } : {};
}

function requestOf(operation, options) {
  const query = new URLSearchParams();
  let path = operation.path;
  let body;
  for (const { name, place } of operation.parameters) {
    const value = options[name];
    if (place === "path") {
      path = path.replace(`{${name}}`, pathPart(name, value));
    } else if (value === undefined || value === null) {
      continue;
    } else if (place === "body") {
      body = WRAPPED.has(name) && value[name] === undefined ? { [name]: value } : value;
    } else {
      query.set(name, Array.isArray(value) ? value.join(",") : String(value));
    }
  }
  return { path, query, body };
}

function pathPart(name, value) {
  // Dots alone would walk up the path, however they are written.
  const isName = (typeof value === "string" && !/^\.{0,2}$/.test(value)) || typeof value === "number";
  if (!isName) {
    throw typeError(`options.${name}`, "the name or id of something", value);
  }
  return encodeURIComponent(value);
}

module.exports = { carryOut, optionsOf };

"use strict";

/**
 * What this Asterisk can do, in its own words: the resource descriptions that ARI serves. They are
 * read once, when the client connects, so that operations of any version are there.
 */

const { responseError } = require("./errors.js");

const ROOT = "/api-docs/resources.json";
const MAX_RESOURCES = 100;

/**
 * `{ resources, events }`: a Map of resource names to Maps of operations, and a Map of event types
 * to the fields that hold objects of a kind, `[field, kind, isRequired]` each.
 */
async function loadDescription(http) {
  const { apis } = await wellFormed(http, ROOT);
  const names = apis.map(({ path }) => /^\/api-docs\/(\w+)\./.exec(path)?.[1]).filter(Boolean);
  if (names.length === 0 || names.length > MAX_RESOURCES) {
    throw responseError(`GET ${ROOT}`, `it names ${names.length} resources`);
  }
  const documents = await Promise.all(names.map((name) => wellFormed(http, `/api-docs/${name}.json`)));
  const resources = new Map(names.map((name, i) => [name, operationsOf(documents[i])]));
  return { resources, events: eventsOf(documents[names.indexOf("events")]) };
}

async function wellFormed(http, path) {
  const document = await http.requestJson("GET", path);
  if (!Array.isArray(document?.apis)) {
    throw responseError(`GET ${path}`, "this is no description of ARI");
  }
  return document;
}

function operationsOf({ apis }) {
  const operations = apis.flatMap(({ path, operations: of = [] }) =>
    of.map((operation) => [operation.nickname, operationOf(path, operation)])
  );
  return new Map(operations);
}

function operationOf(path, { nickname, httpMethod, responseClass = "void", parameters = [] }) {
  const list = /^List\[(\w+)\]$/.exec(responseClass);
  return {
    name: nickname,
    method: httpMethod,
    path,
    answer: list ? list[1] : responseClass,
    isList: list !== null,
    parameters: parameters.map(({ name, paramType, required = false }) => ({
      name,
      place: paramType,
      required
    }))
  };
}

/** None is called `error`: emitted without a listener, it would be thrown. */
function eventsOf({ models = {} } = {}) {
  const fields = ({ properties = {} }) =>
    Object.entries(properties).map(([name, { type, required }]) => [name, type, required === true]);
  const types = Object.entries(models).filter(([type]) => type !== "error");
  return new Map(types.map(([type, model]) => [type, fields(model)]));
}

module.exports = { loadDescription };

"use strict";

/**
 * The objects of ARI: channels, bridges, playbacks and so on. Each has what Asterisk said of it as
 * its own fields, the operations of its resource as methods, and the events that concern it.
 */

const { randomUUID } = require("node:crypto");
const { splitCallback, tellCallback } = require("../callback.js");
const { HANDED, KINDS, OWN } = require("./kinds.js");
const { optionsOf } = require("./operation.js");

/** What all of them have. The client stays private, so that to print one is to print its fields. */
class Resource {
  #client;
  #kind;
  #isChosenHere = false;

  constructor(client, kind, id, values) {
    this.#client = client;
    this.#kind = kind;
    const given = values ?? (typeof id === "object" && id !== null ? id : undefined);
    for (const [name, value] of Object.entries(given ?? {})) {
      // Its methods are not for Asterisk to replace.
      if (!(name in this)) {
        this[name] = value;
      }
    }
    const [field] = KINDS[kind].id;
    if (field !== undefined && (typeof id === "string" || given === undefined)) {
      this[field] = typeof id === "string" ? id : randomUUID();
      this.#isChosenHere = true;
    }
  }

  on(type, listener) {
    this.#client.audience.on(this.#key, type, listener);
    return this;
  }

  addListener(type, listener) {
    return this.on(type, listener);
  }

  once(type, listener) {
    this.#client.audience.once(this.#key, type, listener);
    return this;
  }

  off(type, listener) {
    return this.removeListener(type, listener);
  }

  removeListener(type, listener) {
    this.#client.audience.remove(this.#key, type, listener);
    return this;
  }

  removeAllListeners(type) {
    this.#client.audience.removeAll(this.#key, type);
    return this;
  }

  get #key() {
    return instanceKey(this.#kind, this);
  }

  /** `resource.operation([options][, instance][, callback])`. */
  static run(resource, operation, args) {
    const [[first, handed], callback] = splitCallback(args);
    const options = optionsOf(first instanceof Resource ? undefined : first);
    resource.#fill(operation, options, first instanceof Resource ? first : handed);
    return tellCallback(resource.#client.carryOut(operation, options), callback);
  }

  #fill(operation, options, handed) {
    const { id, params, creates } = KINDS[this.#kind];
    for (const { name, required } of operation.parameters) {
      const at = params.indexOf(name);
      if (at !== -1 && required) {
        options[name] = this[id[at]];
      }
    }
    const create = creates[operation.name];
    if (create?.whose === OWN && this.#isChosenHere) {
      options[create.param] = this[id[0]];
    }
    if (create?.whose === HANDED && handed instanceof Resource && handed.#isChosenHere) {
      options[create.param] = handed[KINDS[handed.#kind].id[0]];
    }
  }
}

/** Which one of its kind a thing is, as the events about it are filed. */
function instanceKey(kind, values) {
  return `${kind} ${KINDS[kind].id.map((field) => values[field]).join("/")}`;
}

/** A class for each kind, with the operations that this Asterisk has. */
function resourceClasses(client, description) {
  const classes = {};
  for (const [kind, { resource }] of Object.entries(KINDS)) {
    const Class = { [kind]: class extends Resource {} }[kind];
    for (const operation of description.resources.get(resource)?.values() ?? []) {
      addMethod(Class.prototype, operation);
    }
    classes[kind] = (id, values) => new Class(client, kind, id, values);
  }
  return classes;
}

function addMethod(prototype, operation) {
  // Not in the way of what all objects have.
  if (!(operation.name in Resource.prototype)) {
    const value = function (...args) {
      return Resource.run(this, operation, args);
    };
    Object.defineProperty(prototype, operation.name, { value, writable: true, configurable: true });
  }
}

module.exports = { instanceKey, resourceClasses };

"use strict";

/**
 * A client of one Asterisk's ARI with the face of ari-client: resources with operations
 * (`ari.channels.list()`), makers of objects (`ari.Playback()`), and events
 * (`ari.on("StasisStart", (event, channel) => …)`).
 */

const { EventEmitter } = require("node:events");
const { splitCallback, tellCallback } = require("../callback.js");
const { Audience } = require("./audience.js");
const { Departures } = require("./departures.js");
const { EventSocket } = require("./event-socket.js");
const { KINDS } = require("./kinds.js");
const { carryOut, optionsOf } = require("./operation.js");
const { instanceKey, resourceClasses } = require("./resource.js");
const { warnUnawaited } = require("./unawaited.js");

/** After these nothing more is said of the object, whose id nobody has again: its listeners go. */
const LAST_EVENTS = { ChannelDestroyed: ["Channel", "channel"], PlaybackFinished: ["Playback", "playback"] };

class AriClient extends EventEmitter {
  #access;
  #http;
  #options;
  #description;
  #sockets = new Set();
  #makers;
  #audience = new Audience();
  #departures = new Departures({
    list: async () => (await this.#http.requestJson("GET", "/channels")).map(({ id }) => id),
    forget: (id) => this.#audience.removeAll(instanceKey("Channel", { id }))
  });

  constructor(access, http, description, options) {
    super();
    this.setMaxListeners(0);
    this.#access = access;
    this.#http = http;
    this.#options = options;
    this.#description = description;
    this.#attach();
  }

  /** A client of the same Asterisk with applications and events of its own. */
  twin() {
    return new AriClient(this.#access, this.#http, this.#description, this.#options);
  }

  /** Where Asterisk's HTTP server is, with its prefix if it has one. */
  get url() {
    return this.#access.base.replace(/\/ari$/, "");
  }

  /** Runs the applications: `start(apps[, subscribeAll][, callback])`, resolved when events flow. */
  start(apps, ...args) {
    const [[subscribeAll], callback] = splitCallback(args);
    return tellCallback(this.#start(apps, subscribeAll), callback);
  }

  /** Ends all applications; resolves when their connections are gone. */
  async stop() {
    const sockets = [...this.#sockets];
    this.#sockets.clear();
    this.#departures.close();
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  /** Whether events flow, of every application that was started. */
  get isConnected() {
    return this.#sockets.size > 0 && [...this.#sockets].every((socket) => socket.isOpen);
  }

  /** Answered with the event `pong`. */
  ping() {
    this.#sockets.forEach((socket) => socket.ping());
  }

  async #start(apps, subscribeAll) {
    const socket = new EventSocket(this.#access, { apps, subscribeAll, ...this.#options });
    socket.on("open", () => this.emit("WebSocketConnected"));
    socket.on("lost", (error) => this.emit("WebSocketLost", error));
    socket.on("retry", (error) => this.emit("WebSocketReconnecting", error));
    socket.on("pong", () => this.emit("pong"));
    socket.on("message", (event) => this.#take(event));
    this.#sockets.add(socket);
    try {
      await socket.open();
    } catch (error) {
      this.#sockets.delete(socket);
      throw error;
    }
  }

  #attach() {
    const inner = {
      audience: this.#audience,
      carryOut: (operation, options) => this.#carryOut(operation, options)
    };
    this.#makers = resourceClasses(inner, this.#description);
    const members = { ...this.#makers };
    for (const [name, operations] of this.#description.resources) {
      members[name] = {};
      for (const operation of operations.values()) {
        members[name][operation.name] = (...args) => {
          const [[options], callback] = splitCallback(args);
          return tellCallback(this.#carryOut(operation, optionsOf(options)), callback);
        };
      }
    }
    for (const [name, value] of Object.entries(members)) {
      // What a client is made of is not for Asterisk to replace, and not worth printing.
      if (!(name in this)) {
        Object.defineProperty(this, name, { value, writable: true, configurable: true });
      }
    }
  }

  /** What fails and is awaited by nobody is a warning: a second `hangup()` is no reason to end a process. */
  #carryOut(operation, options) {
    const answer = carryOut(this.#http, operation, options, (kind, value) => this.#make(kind, value));
    return warnUnawaited(answer);
  }

  #make(kind, value) {
    const isKnown = Object.hasOwn(KINDS, kind) && value !== null && typeof value === "object";
    return isKnown ? this.#makers[kind](undefined, value) : value;
  }

  /** One event for all: `*`, its type, and the objects it is about, each of them once. */
  #take(event) {
    const fields = this.#description.events.get(event.type);
    if (fields && !isWhole(event, fields)) {
      return;
    }
    const objects = (fields ?? []).filter(([name, kind]) => Object.hasOwn(KINDS, kind) && event[name]);
    const made = objects.map(([name, kind]) => [name, this.#make(kind, event[name])]);
    const resources = made.length > 1 ? Object.fromEntries(made) : made[0]?.[1];
    this.emit("*", event, resources);
    if (!fields) {
      return;
    }
    this.emit(event.type, event, resources);
    for (const key of new Set(objects.map(([name, kind]) => instanceKey(kind, event[name])))) {
      this.#audience.emit(key, event.type, event, resources);
    }
    this.#forgetAfter(event);
  }

  #forgetAfter(event) {
    const [kind, field] = LAST_EVENTS[event.type] ?? [];
    if (
      event.type === "StasisEnd" &&
      event.channel &&
      this.#audience.has(instanceKey("Channel", event.channel))
    ) {
      this.#departures.add(event.channel.id);
    } else if (kind && event[field]) {
      this.#audience.removeAll(instanceKey(kind, event[field]));
      this.#departures.delete(event[field].id);
    }
  }
}

/** Whether the objects that an event is about are there, which its listeners may rely on, and are what they should be. */
function isWhole(event, fields) {
  const objects = fields.filter(([, kind]) => Object.hasOwn(KINDS, kind));
  return objects.every(([name, kind, isRequired]) => {
    const isAbsent = event[name] === undefined || event[name] === null;
    return isAbsent ? !isRequired : KINDS[kind].id.every((field) => typeof event[name][field] === "string");
  });
}

module.exports = { AriClient };

"use strict";

const { EventEmitter } = require("node:events");
const path = require("node:path");
const { codedError, rangeError, systemError, typeError } = require("./errors.js");
const { Kind, engine, route, unroute } = require("./engine.js");
const { SAMPLE_RATES } = require("./options.js");

const SIDES = ["caller", "app", "both", "mix"];
const FORMATS = ["wav", "sln"];
/** What Asterisk, and our `play`, take a file `.sln` for. */
const SLN_RATE = 8000;

/** A recording of a call. The API is described in index.d.ts. */
class Recording extends EventEmitter {
  #id = null;
  #path;
  #settled;
  #resolve;
  #reject;
  #isStopped = false;

  /** `start(options)` begins it in the core and gives its number, or null. */
  constructor(options, start) {
    super();
    this.#path = options.path;
    this.#settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever wants to know listens to `error`, or awaits `stop`.
    this.#settled.catch(() => {});
    this.#id = start(options);
    if (this.#id === null) {
      const error = codedError("ERR_NOT_RECORDABLE", "The call is over, or is recorded too often already");
      process.nextTick(() => this.#fail(error));
    } else {
      route(this.#id, { handleEvent: (kind, fields) => this.#handleEvent(kind, fields) });
    }
  }

  get path() {
    return this.#path;
  }

  pause() {
    this.#ask((id) => engine().pauseRecording(id, true));
  }

  resume() {
    this.#ask((id) => engine().pauseRecording(id, false));
  }

  stop() {
    this.#isStopped = true;
    this.#ask((id) => engine().stopRecording(id));
    return this.#settled;
  }

  #ask(ask) {
    if (this.#id !== null) {
      ask(this.#id);
    }
  }

  #handleEvent(kind, fields) {
    unroute(this.#id);
    this.#id = null;
    if (kind === Kind.RECORDED) {
      const [durationMs, bytes, droppedFrames] = fields.map(Number);
      const summary = { path: this.#path, durationMs, bytes, droppedFrames };
      this.#resolve(summary);
      this.emit("finish", summary);
    } else {
      const [errno, cause, ...message] = fields;
      this.#fail(
        errno === "0"
          ? Object.assign(codedError(cause, message.join("\n")), { path: this.#path })
          : systemError(Number(errno), cause, { path: this.#path })
      );
    }
  }

  #fail(error) {
    this.#reject(error);
    if (this.listenerCount("error") > 0) {
      this.emit("error", error);
    } else if (!this.#isStopped) {
      // Nobody would ever know; and the call goes on.
      process.emitWarning(error);
    }
  }
}

/** What `record(path, options)` was given, checked, as the core takes it. */
function recordOptions(file, options = {}) {
  if (typeof file !== "string" || file === "" || file.includes("\0")) {
    throw typeError("path", "the path of a file", file);
  }
  if (options === null || typeof options !== "object") {
    throw typeError("options", "an object", options);
  }
  const isNamedSln = path.extname(file).toLowerCase() === ".sln";
  const format = options.format ?? (isNamedSln ? "sln" : "wav");
  const sides = options.sides ?? (format === "sln" ? "mix" : "both");
  oneOf("options.format", FORMATS, format);
  oneOf("options.sides", SIDES, sides);
  if (options.sampleRate !== undefined) {
    oneOf("options.sampleRate", SAMPLE_RATES, options.sampleRate);
  }
  return {
    path: path.resolve(file),
    sides,
    isSln: format === "sln",
    sampleRate: options.sampleRate ?? (isNamedSln && format === "sln" ? SLN_RATE : undefined),
    overwrite: options.overwrite === true
  };
}

function oneOf(name, values, value) {
  if (typeof value !== typeof values[0]) {
    throw typeError(name, `a ${typeof values[0]}`, value);
  }
  if (!values.includes(value)) {
    throw rangeError(name, `one of ${values.join(", ")}`, value);
  }
}

module.exports = { Recording, recordOptions };

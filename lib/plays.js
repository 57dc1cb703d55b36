"use strict";

const { resolve: resolvePath } = require("node:path");
const { callOver, codedError, systemError } = require("./errors.js");
const { engine } = require("./engine.js");
const { Feeder } = require("./feeder.js");

let lastPlay = 0;

/** The plays of a call that have not settled, by number. */
class Plays {
  #id;
  /** Made with the first play: many calls have none. */
  #pending = null;
  /** With what plays are refused once the call is over. */
  #over = null;

  /** `id` is the call's number. */
  constructor(id) {
    this.#id = id;
  }

  /**
   * Begins to play `{path}`, `{bytes}` or `{readable}`, with options as play-options.js gives them.
   * Gives the Promise of how it went.
   */
  begin({ path, bytes, readable }, { native, signal }) {
    signal?.throwIfAborted();
    if (this.#over !== null) {
      return refused(this.#over);
    }
    const play = (lastPlay = (lastPlay + 1) >>> 0);
    // Not every environment's working directory is the process's.
    const file = path && resolvePath(path);
    const entry = { path: file, signal, feeder: readable && new Feeder(readable), failure: null };
    entry.abort = () => {
      entry.failure = signal.reason;
      engine().stop(this.#id, play);
    };
    signal?.addEventListener("abort", entry.abort, { once: true });
    return new Promise((resolve, reject) => {
      this.#pending ??= new Map();
      this.#pending.set(play, Object.assign(entry, { resolve, reject }));
      if (engine().play(this.#id, play, native, file, bytes)) {
        entry.feeder?.start(this.#sinkFor(play, entry));
      } else {
        // Whoever plays in a loop is not to keep all others from their turn.
        setImmediate(() => this.handleSettled(play, { completed: false, playedMs: 0 }));
      }
    });
  }

  get isEmpty() {
    return this.#pending === null || this.#pending.size === 0;
  }

  /** A play's source is to bring more. */
  handleHungry(play) {
    this.#pending?.get(play)?.feeder?.resume();
  }

  /** A play has settled in the core; `failure` is why it could not be played to its end. */
  handleSettled(play, result, failure) {
    const entry = this.#pending?.get(play);
    if (entry === undefined) {
      return;
    }
    this.#pending.delete(play);
    entry.signal?.removeEventListener("abort", entry.abort);
    entry.feeder?.stop();
    if (entry.failure) {
      entry.reject(entry.failure);
    } else if (failure) {
      entry.reject(sourceError(failure, entry.path));
    } else {
      entry.resolve(result);
    }
  }

  /** The call is over, with this error if it failed; so is every play, also those that the core never knew. */
  handleEnd(error) {
    this.#over = callOver(error);
    for (const play of this.isEmpty ? [] : [...this.#pending.keys()]) {
      this.handleSettled(play, { completed: false, playedMs: 0 });
    }
  }

  #sinkFor(play, entry) {
    return {
      feed: (bytes) => engine().feed(this.#id, play, bytes),
      end: (error) => {
        entry.failure = error;
        engine().feedEnd(this.#id, play);
      }
    };
  }
}

/** Rejects, and not before all others have had their turn. */
function refused(error) {
  return new Promise((_, reject) => {
    setImmediate(reject, error);
  });
}

/** A source that could not be opened, read or decoded: a system's error as Node would put it. */
function sourceError({ errno, cause, message }, path) {
  const where = path === undefined ? {} : { path };
  if (errno !== 0) {
    return systemError(errno, cause, where);
  }
  const place = path === undefined ? "" : `: ${path}`;
  return Object.assign(codedError(cause, `${message}${place}`), where);
}

module.exports = { Plays };

"use strict";

/** What becomes of a call that says the UUID of another which is not over. */
const DUPLICATE_POLICIES = ["allow", "refuse", "replace"];

/** The calls of a server that are not over, by `ref`, where that is to be one call's alone. */
class LiveRefs {
  #policy;
  /** Of each the call that came last: `{line, stream}`. */
  #calls = new Map();
  /** By which each call goes, by its number. */
  #refs = new Map();

  constructor(policy) {
    this.#policy = policy;
  }

  /** Whether a call may go by `ref`. One that went by it before is hung up, if that is the policy. */
  admits(ref) {
    const before = this.#calls.get(ref);
    if (before === undefined) {
      return true;
    }
    if (this.#policy === "replace") {
      this.#calls.delete(ref);
      before.stream.hangup();
      return true;
    }
    return false;
  }

  handleCall(ref, line, stream) {
    if (this.#policy !== "allow") {
      this.#calls.set(ref, { line, stream });
      this.#refs.set(line.id, ref);
    }
  }

  handleCallEnded(line) {
    const ref = this.#refs.get(line.id);
    this.#refs.delete(line.id);
    if (this.#calls.get(ref)?.line === line) {
      this.#calls.delete(ref);
    }
  }
}

module.exports = { DUPLICATE_POLICIES, LiveRefs };

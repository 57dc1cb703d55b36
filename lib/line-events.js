"use strict";

const { Kind } = require("./engine.js");
const { AudioSocketError, codedError, connectionError } = require("./errors.js");
const { begunFacts } = require("./facts.js");
const { parsed } = require("./messages.js");

/** What the core tells of a call, and who is to know: the call's line, a part of it, or its listeners. */
class LineEvents {
  #line;
  #parts;
  #options;

  /** `parts` are the line's: `plays`, `marks`, `written` and `rate`. */
  constructor(line, parts, options) {
    this.#line = line;
    this.#parts = parts;
    this.#options = options;
  }

  handleAudio(pcm) {
    const heard = this.#parts.rate.heard(pcm);
    if (heard.length > 0) {
      this.#line.emit("data", heard);
    }
  }

  handleEvent(kind, fields) {
    const line = this.#line;
    switch (kind) {
      case Kind.CONNECTED:
        return line.handleConnected();
      case Kind.BEGUN:
        return line.handleBegun(begunFacts(fields).facts);
      case Kind.MESSAGE:
        return line.emit("message", parsed(fields.join("\n")));
      case Kind.RECONNECTED:
        return line.emit("reconnect");
      case Kind.RATE:
        return this.#parts.rate.handleWire(Number(fields[0]));
      case Kind.DTMF:
        return line.emit("dtmf", fields[0]);
      case Kind.PEER_ERROR:
        return line.handleError(new AudioSocketError(Number(fields[0])));
      case Kind.ERROR:
        return this.#handleError(connectionError(fields, this.#options));
      case Kind.WARNING:
        return line.emit("warning", codedError(fields[0], fields.slice(1).join("\n")));
      case Kind.DRAIN:
        return this.#handleDrain();
      case Kind.PLAYED:
        return this.#handlePlayed(fields);
      case Kind.MARK:
        return this.#handleMark(Number(fields[0]), fields[1] === "1");
      case Kind.SPEECH:
        return line.emit("speech", { startMs: Number(fields[0]) });
      case Kind.SILENCE:
        return this.#handleSilence(Number(fields[0]), Number(fields[1]));
      case Kind.HUNGRY:
        return this.#parts.plays.handleHungry(Number(fields[0]));
      case Kind.ENDING:
        return line.handleEnding();
      case Kind.END:
        return line.handleEnd();
    }
  }

  #handleError(error) {
    // Where Asterisk breaks off is where it ends, to those who know from elsewhere how the call is.
    if (!this.#options.isResetEnd || error.code !== "ECONNRESET") {
      this.#line.handleError(error);
    }
  }

  #handleDrain() {
    if (this.#parts.written.handleDrain()) {
      this.#line.emit("drain");
    }
  }

  #handlePlayed([play, completed, playedMs, errno, cause, ...message]) {
    const failure =
      errno === undefined ? null : { errno: Number(errno), cause, message: message.join("\n") };
    const result = { completed: completed === "1", playedMs: Number(playedMs) };
    this.#parts.plays.handleSettled(Number(play), result, failure);
  }

  #handleMark(mark, cleared) {
    const name = this.#parts.marks.take(mark);
    if (typeof name === "function") {
      name();
    } else {
      this.#line.emit("mark", name, { cleared });
    }
  }

  #handleSilence(startMs, endMs) {
    this.#line.emit("silence", { startMs, endMs, ms: endMs - startMs });
  }
}

module.exports = { LineEvents };

"use strict";

const WIDTH = 24;
const EVERY_MS = 100;
/** Back to the line's beginning, and nothing left of it. */
const CLEAR = "\r\u001b[K";

/** A bar on stderr while something long goes on, where a person looks on. `tell()` gives `{share, text}`. */
class Progress {
  #timer = null;

  constructor(tell, { json = false } = {}, stream = process.stderr) {
    if (stream.isTTY && !json) {
      this.#timer = setInterval(() => stream.write(CLEAR + line(tell())), EVERY_MS);
      this.#timer.unref();
      this.stop = () => {
        clearInterval(this.#timer);
        stream.write(CLEAR);
      };
    }
  }

  /** Takes the bar away. */
  stop() {}
}

function line({ share, text }) {
  const full = Math.round(Math.min(1, share) * WIDTH);
  return `[${"#".repeat(full)}${" ".repeat(WIDTH - full)}] ${text}`;
}

module.exports = { Progress };

"use strict";

/** An app in a process of its own, for what a test cannot do to itself: being killed, for one. */

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const path = require("node:path");
const { within } = require("./asterisk-wait");

const CALLSTREAMS = path.join(__dirname, "../..");

class Child {
  #process;
  #output = "";
  #exited;

  constructor(source) {
    this.#process = spawn(process.execPath, ["-e", source], {
      stdio: ["ignore", "pipe", "inherit"]
    });
    this.#process.stdout.setEncoding("utf8").on("data", (text) => (this.#output += text));
    this.#exited = once(this.#process, "exit");
  }

  /** The match of `pattern` in what the process has printed or will print. */
  async printed(pattern) {
    const more = async () => {
      for (;;) {
        const match = this.#output.match(pattern);
        if (match) {
          return match;
        }
        await once(this.#process.stdout, "data");
      }
    };
    return within(more(), `the app has printed ${pattern}`);
  }

  get isRunning() {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async kill(signal = "SIGKILL") {
    this.#process.kill(signal);
    await within(this.#exited, "the app has ended");
  }
}

/** Runs `source` in a Node of its own until the test ends; `CALLSTREAMS` in it is the package's path. */
function runChild(t, source) {
  const child = new Child(source.replaceAll("CALLSTREAMS", JSON.stringify(CALLSTREAMS)));
  t.after(() => child.isRunning && child.kill());
  return child;
}

module.exports = { runChild };

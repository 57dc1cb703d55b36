"use strict";

/** Scripts in a process of their own, for what would end the test's. */

const { spawn } = require("node:child_process");
const { once: onceEmitted } = require("node:events");
const path = require("node:path");
const readline = require("node:readline");
const { within } = require("./wait.js");

const DEFAULT_MS = 10_000;
const FOLDER = path.join(__dirname, "..");

/**
 * Runs `task(argument)` in a new Node process, which is killed if the test ends before it. The
 * task sees nothing of this file's scope: it requires what it needs, as a file in `__test__` would.
 */
function startChild(t, task, argument, { nodeOptions = [] } = {}) {
  const script = `"use strict"; (${task})(${JSON.stringify(argument)});`;
  const child = spawn(process.execPath, [...nodeOptions, "-e", script], {
    cwd: FOLDER,
    stdio: ["ignore", "pipe", "pipe"]
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = readline.createInterface({ input: child.stdout });
  const said = lines[Symbol.asyncIterator]();
  const closed = onceEmitted(child, "close");
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  return {
    kill: (signal) => child.kill(signal),
    /** The next line of its output, as JSON. */
    async line(ms = DEFAULT_MS) {
      const { value, done } = await within(said.next(), ms, "a line of the child's");
      if (done) {
        throw new Error(`the child said no more: ${stderr}`);
      }
      return JSON.parse(value);
    },
    /** How it ended: `{ code, signal, stderr }`. */
    async exited(ms = DEFAULT_MS) {
      const [code, signal] = await within(closed, ms, "the child to exit");
      return { code, signal, stderr };
    }
  };
}

module.exports = { startChild };

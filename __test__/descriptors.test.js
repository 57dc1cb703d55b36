"use strict";

/** A process that has no descriptor left for another connection. */

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const { once } = require("node:events");
const net = require("node:net");
const path = require("node:path");
const { createInterface } = require("node:readline");
const { test } = require("node:test");
const { id } = require("./support/peer.js");
const { within } = require("./support/wait.js");

const HOST = "127.0.0.1";
/** More than Node needs for itself, and fewer than there are callers. */
const DESCRIPTORS = 64;
const CALLERS = 100;

const CHILD = `
  const { AudioSocket } = require(${JSON.stringify(path.join(__dirname, ".."))});
  const server = new AudioSocket({ silence: "never", handshakeTimeout: 60_000 });
  const errors = [];
  server.on("error", ({ code, syscall }) => errors.push(syscall + " " + code));
  server.onConnection((req, res) => res.on("data", () => {}));
  server.listen(0, "${HOST}", () => console.log(server.address().port));
  process.stdin.on("data", () => {
    const { calls, acceptErrors, activeCalls } = server.metrics();
    console.log(JSON.stringify({ calls, acceptErrors, activeCalls, errors }));
  });
`;

/** A server in a process with few descriptors: its port, and what it says when it is asked. */
async function serve(t) {
  const command = `ulimit -n ${DESCRIPTORS}; exec "$0" -e "$1"`;
  const child = spawn("sh", ["-c", command, process.execPath, CHILD], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout });
  const next = async () => (await within(once(lines, "line"), 10_000, "the server's word"))[0];
  const port = Number(await next());
  const ask = () => {
    const answer = next();
    child.stdin.write("?");
    return answer.then(JSON.parse);
  };
  /** Asks until the answer is as wanted. */
  const until = async (holds, what) => {
    const deadline = performance.now() + 15_000;
    for (;;) {
      const answer = await ask();
      if (holds(answer)) {
        return answer;
      }
      assert.ok(performance.now() < deadline, `${what}: ${JSON.stringify(answer)}`);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
  };
  return { port, until };
}

test(
  "a server without descriptors says so once, keeps its calls, and takes those who wait when it has some again",
  { skip: process.platform === "win32" && "has no ulimit" },
  async (t) => {
    const { port, until } = await serve(t);
    const callers = Array.from({ length: CALLERS }, () => net.connect(port, HOST).on("error", () => {}));
    t.after(() => callers.forEach((caller) => caller.destroy()));
    callers.forEach((caller) => caller.write(id()));
    // It was full, and has asked more than once.
    const full = await until(({ acceptErrors, activeCalls }) => acceptErrors > 2 && activeCalls > 5, "no descriptor left");
    assert.deepEqual(full.errors, ["accept EMFILE"]);
    assert.ok(full.calls < CALLERS);
    assert.equal(full.activeCalls, full.calls, "those that are there go on");
    for (const caller of callers) {
      caller.end();
    }
    const after = await until(({ calls }) => calls === CALLERS, "all who waited");
    assert.deepEqual(after.errors, ["accept EMFILE"]);
  }
);

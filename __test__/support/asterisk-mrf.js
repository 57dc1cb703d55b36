"use strict";

/** An application of callstreams/mrf beside a real Asterisk, with an Srf and a caller of the tests' own. */

const { spawn } = require("node:child_process");
const Mrf = require("../../mrf.js");
const { within } = require("./asterisk-wait");
const { TestSrf } = require("./test-srf");

/** Where an Asterisk is, as `mrf.connect` wants it; ARI through another port, if there is one in between. */
function whereIs(asterisk, port = asterisk.access.port) {
  const { user, password } = asterisk.access;
  return {
    ari: { address: "127.0.0.1", port, username: user, password },
    sip: { address: "127.0.0.1", port: asterisk.sipPort }
  };
}

/** `{ srf, mrf, ms }`, disconnected when the test ends. */
async function application(t, asterisk, { port, ...options } = {}) {
  const srf = await TestSrf.start(t);
  const mrf = new Mrf(srf);
  const ms = await mrf.connect({ ...whereIs(asterisk, port), ...options });
  t.after(() => ms.disconnect());
  return { srf, mrf, ms };
}

/** What Asterisk has of everybody: channels, bridges, and the applications but the tests' own. */
async function leftOvers(asterisk) {
  const ask = (path) => asterisk.ari.request("GET", path);
  const [channels, bridges, applications] = await Promise.all([
    ask("/channels"),
    ask("/bridges"),
    ask("/applications")
  ]);
  const others = applications.filter(({ name }) => name !== asterisk.ari.app);
  return {
    channels: channels.map(({ name }) => name),
    bridges,
    applications: others.map(({ name }) => name)
  };
}

const NOTHING = { channels: [], bridges: [], applications: [] };

/** Calls by sipp from the folder that Asterisk is in, to a port of the loopback; resolves when all went well. */
async function sipp(asterisk, port, { calls = 1, ms = 300 } = {}) {
  const options = ["-sn", "uac", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-m", calls, "-r", calls, "-d", ms];
  const args = [...options, "-nostdin", "-timeout", "20s", "-timeout_error", `127.0.0.1:${port}`];
  const child = spawn("chroot", [asterisk.folder, "/usr/bin/sipp", ...args.map(String)], { cwd: "/" });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  const exited = new Promise((resolve) => child.once("close", resolve));
  const code = await within(exited, "sipp has made its calls", 30_000).catch(() => {
    child.kill();
    return "late";
  });
  if (code !== 0) {
    throw new Error(`sipp: ${code}\n${output.slice(-2000)}`);
  }
}

module.exports = { NOTHING, application, leftOvers, sipp, whereIs };

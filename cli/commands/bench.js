"use strict";

const { fork } = require("node:child_process");
const { once } = require("node:events");
const os = require("node:os");
const path = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const { version } = require("../../package.json");
const { jsonOption, secondsOption, whole } = require("../arguments.js");
const { lossText, placed, rttText } = require("../calling.js");
const { Exit } = require("../errors.js");
const { more } = require("../help.js");
const { Output, short, table } = require("../output.js");

const SERVER = path.join(__dirname, "../bench-server.js");
const HOST = "127.0.0.1";
/** Calls begin within half a second, and have another to settle. */
const RAMP_MS = 500;
const SETTLE_MS = 1000;
const MB = 2 ** 20;

const DETAILS = `It tells what processor time a call takes in the server, and how long audio takes there and
back, as this process sees it. Both ends share the machine and the caller is JavaScript, so that
the round trip is an upper bound. It is a short form of the benchmark in the repository, whose
caller is native, which has peers to compare with, and which docs/performance.md reports.`;

const EXAMPLES = [
  ["callstreams bench", "fifty calls for five seconds"],
  ["callstreams bench --calls 200 --duration 10 --json", "more, for a machine"]
];

function define(program) {
  program
    .command("bench")
    .description("measure this machine, in a few seconds")
    .option("-n, --calls <count>", "so many calls at once", whole(1, 1000), 50)
    .addOption(secondsOption("-d, --duration <seconds>", "measure for so long", [1, 3600], 5))
    .addOption(jsonOption("the result"))
    .addHelpText("after", more(DETAILS, EXAMPLES))
    .action(run);
}

async function run(options) {
  const server = fork(SERVER, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const gone = once(server, "exit").then(([code, signal]) => {
    throw Object.assign(new Error(`The server ended: ${signal ?? code}`), { code: "ERR_BENCH_SERVER" });
  });
  try {
    await Promise.race([measure(server, options), gone]);
  } finally {
    gone.catch(() => {});
    if (server.connected) {
      server.disconnect();
    }
  }
}

async function measure(server, { calls, duration, json }) {
  const [{ port }] = await once(server, "message");
  const durationMs = RAMP_MS + SETTLE_MS + duration;
  const plan = {
    target: { host: HOST, port, label: `${HOST}:${port}` },
    dial: { silence: "never" },
    sound: { isPattern: true },
    durationMs,
    keys: { digits: "" }
  };
  const [{ summary }, used] = await Promise.all([
    placed(plan, { count: calls, perSecond: Math.max(1, (calls * 1000) / RAMP_MS), json, durationMs }),
    usage(server, duration)
  ]);
  const result = { version, machine: machine(), calls, seconds: duration / 1000, ...perCall(used, calls), ...summary };
  new Output({ json }).result(result, textOf(result));
  if (summary.failed > 0 || summary.loss === null) {
    process.exitCode = Exit.FAILURE;
  }
}

/** What the server uses while all calls are up. */
async function usage(server, ms) {
  await sleep(RAMP_MS + SETTLE_MS / 2);
  const before = await ask(server);
  await sleep(ms);
  const after = await ask(server);
  return { cpuShare: (after.cpuMs - before.cpuMs) / (after.at - before.at), rssBytes: after.rssBytes };
}

async function ask(server) {
  server.send("usage");
  const [answer] = await once(server, "message");
  return answer;
}

function perCall({ cpuShare, rssBytes }, calls) {
  const percent = (cpuShare * 100) / calls;
  return {
    serverCpuPercent: cpuShare * 100,
    cpuPercentPerCall: percent,
    callsPerCore: 100 / percent,
    serverRssBytes: rssBytes
  };
}

function machine() {
  const [{ model } = {}] = os.cpus();
  return {
    cpu: model?.trim() ?? "unknown",
    cores: os.availableParallelism(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`
  };
}

function textOf(result) {
  const { machine: { cpu, cores, node }, calls, seconds, up, busy } = result;
  const percent = result.cpuPercentPerCall.toFixed(3);
  const many = Math.round(result.callsPerCore);
  return table([
    ["machine", `${cpu}, ${cores} cores, Node ${node}, callstreams ${version}`],
    ["load", `${up} of ${calls} calls echoed for ${seconds} s, 50 frames a second each way`],
    ["server", `${short(result.serverCpuPercent)} % of a core, ${short(result.serverRssBytes / MB)} MB`],
    ["a call", `${percent} % of a core: at this load a core would carry about ${many}`],
    ["RTT", rttText(result)],
    ["loss", lossText(result)],
    ["caller", `${short(busy.p99Ms)} ms late itself (p99), ${busy.skippedFrames} frames not said`]
  ]);
}

module.exports = { define };

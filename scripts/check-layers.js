"use strict";

// Keeps the house in order: who may know whom in src/ (see docs/architecture.md), and that no modules use each other
// in a circle but those that still do, which layers/allowed-circles.json has.

const fs = require("node:fs");
const path = require("node:path");
const stillAllowed = require("./layers/allowed-circles.json");
const { circleFaults } = require("./layers/circles.js");
const { Crate } = require("./layers/crate.js");

const ROOT = path.join(__dirname, "..");

/** Modules of the crate, each with those it may use. Time and I/O come in through `net` alone. */
const MAY_USE = {
  error: [],
  protocol: ["error"],
  audio: ["error", "protocol", "sync"],
  call: ["audio", "error", "protocol"],
  dialects: ["audio", "call", "error", "protocol", "sync"],
  align: ["audio", "protocol"],
  record: ["align", "audio", "error", "protocol", "sync"],
  fork: ["align", "protocol"],
  events: ["call", "error", "protocol", "sync"],
  net: ["align", "audio", "call", "dialects", "error", "events", "fork", "protocol", "record", "sync"],
  binding: ["align", "audio", "call", "dialects", "error", "events", "fork", "net", "protocol", "record"],
  sync: []
};

const NAPI = { pattern: /\bnapi(_derive)?::|\buse napi/, allowed: ["binding"] };
const TOKIO = { pattern: /\btokio::|\buse tokio/, allowed: ["net", "binding"] };
const CLOCK = { pattern: /\bInstant::now\(|\bSystemTime::now\(/, allowed: ["net", "binding"] };
const SOCKETS = { pattern: /\bstd::net::(Tcp|Udp)|\bsocket2::/, allowed: ["net"] };

const RULES = { napi: NAPI, tokio: TOKIO, "the clock": CLOCK, sockets: SOCKETS };

function sources(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return sources(place);
    }
    return entry.name.endsWith(".rs") ? [place] : [];
  });
}

function moduleOf(file) {
  const [first] = path.relative(path.join(ROOT, "src"), file).split(path.sep);
  return first.replace(/\.rs$/, "");
}

/** What a file does that its module may not, a line each. Its tests may. */
function faults(file) {
  const module = moduleOf(file);
  const [product] = fs.readFileSync(file, "utf8").split("#[cfg(test)]\nmod tests");
  const text = product.replace(/^\s*\/\/.*$/gm, "");
  const broken = Object.entries(RULES)
    .filter(([, { pattern, allowed }]) => pattern.test(text) && !allowed.includes(module))
    .map(([what]) => `uses ${what}`);
  const used = [...text.matchAll(/\bcrate::(\w+)/g)].map(([, name]) => name);
  const strangers = [...new Set(used)]
    .filter((name) => name !== module && name in MAY_USE && !MAY_USE[module]?.includes(name))
    .map((name) => `knows crate::${name}`);
  return [...broken, ...strangers].map((fault) => `${path.relative(ROOT, file)} ${fault}`);
}

const SRC = path.join(ROOT, "src");
const strangers = sources(SRC)
  .filter((file) => moduleOf(file) !== "lib")
  .flatMap(faults);
const found = [...strangers, ...circleFaults(new Crate(SRC).graph(), stillAllowed)];

if (found.length > 0) {
  console.error(`The layers are broken:\n${found.map((fault) => `  ${fault}`).join("\n")}`);
  process.exitCode = 1;
}

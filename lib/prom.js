"use strict";

const { AudioSocket } = require("./audio-socket.js");
const { codedError, rangeError, typeError } = require("./errors.js");
const { METRICS, PLACED, snapshot } = require("./prom-metrics.js");

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const ESCAPES = { "\\": "\\\\", "\n": "\\n", '"': '\\"' };

/** What servers have seen, in Prometheus' text format. The API is described in prom.d.ts. */
function prometheusText(servers) {
  const samplesOf = snapshot(named(servers));
  const families = METRICS.map(({ name, help, type }) => {
    const samples = samplesOf(name).map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`);
    return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join("")}`;
  });
  return families.join("");
}

prometheusText.contentType = CONTENT_TYPE;

/** The same in a registry of prom-client's. */
function register(servers, { registry } = {}) {
  const byName = named(servers);
  const client = promClient();
  const into = registry ?? client.register;
  if (typeof into?.registerMetric !== "function") {
    throw typeError("options.registry", "a Registry of prom-client", registry);
  }
  const current = onceATurn(() => snapshot(byName));
  const registered = [];
  const unregister = () => registered.splice(0).forEach((name) => into.removeSingleMetric(name));
  try {
    for (const metric of METRICS) {
      add(client, into, metric, current);
      registered.push(metric.name);
    }
  } catch (error) {
    // Somebody has one of the names: it is all of them or none.
    unregister();
    throw error;
  }
  return unregister;
}

function add({ Counter, Gauge }, registry, { type, name, help, labels }, current) {
  const Metric = type === "counter" ? Counter : Gauge;
  new Metric({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      this.reset();
      current()(name).forEach((sample) => this.inc(sample.labels, sample.value));
    }
  });
}

/** prom-client asks each metric in a row: what is read for the first serves all. */
function onceATurn(read) {
  let kept = null;
  return () => {
    if (kept === null) {
      kept = read();
      setImmediate(() => {
        kept = null;
      });
    }
    return kept;
  };
}

function promClient() {
  try {
    return require("prom-client");
  } catch (error) {
    const message = "register needs the package prom-client: npm install prom-client";
    throw Object.assign(codedError("ERR_NO_PROM_CLIENT", message), { cause: error });
  }
}

/** A server, or an object of servers by name, as a Map. */
function named(servers) {
  if (isServer(servers)) {
    return new Map([[servers instanceof AudioSocket ? "audiosocket" : "websocket", servers]]);
  }
  if (servers === null || typeof servers !== "object") {
    throw typeError("servers", "a server, or an object of servers by name", servers);
  }
  const entries = Object.entries(servers);
  for (const [name, server] of entries) {
    if (!isServer(server)) {
      throw typeError(`servers.${name}`, "an AudioSocket or a WebSocketAudio", server);
    }
    if (name === PLACED) {
      throw rangeError("servers", `an object without the name "${PLACED}", which connect's calls have`, name);
    }
  }
  return new Map(entries);
}

function isServer(value) {
  return typeof value?.metrics === "function";
}

function labelText(labels) {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text) {
  return String(text).replace(/[\\\n"]/g, (character) => ESCAPES[character]);
}

module.exports = { prometheusText, register };

"use strict";

const { once } = require("node:events");
const http = require("node:http");

/** Not totals, but what is now. */
const GAUGES = new Set(["connections", "prompt_cache_files", "prompt_cache_bytes"]);

/** Plain HTTP for whoever watches: `/metrics` in Prometheus' text format, `/metrics.json` as `metrics()` has it. */
class MetricsServer {
  #server;

  /** `counts()` gives what each server has counted, by transport. */
  static async open({ host, port }, counts) {
    const server = http.createServer((request, response) => answer(request, response, counts));
    server.listen(port, host);
    await once(server, "listening");
    return new MetricsServer(server);
  }

  constructor(server) {
    this.#server = server;
  }

  address() {
    return this.#server.address();
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

function answer({ method, url }, response, counts) {
  const pages = {
    "/metrics": ["text/plain; version=0.0.4; charset=utf-8", () => prometheusText(counts())],
    "/metrics.json": ["application/json", () => JSON.stringify(counts())]
  };
  const page = pages[url.split("?")[0]];
  if (page === undefined || !["GET", "HEAD"].includes(method)) {
    response.writeHead(page === undefined ? 404 : 405).end();
    return;
  }
  const [type, text] = page;
  response.writeHead(200, { "content-type": type }).end(method === "GET" ? text() : "");
}

/** Prometheus' text format, with the transport as a label. */
function prometheusText(counts) {
  const samples = Object.entries(counts).map(([transport, metrics]) => [transport, flat(metrics)]);
  const names = Object.keys(samples[0][1]);
  return names.map((name) => family(name, samples)).join("");
}

function family(name, samples) {
  const isGauge = GAUGES.has(name);
  const full = `callstreams_${name}${isGauge ? "" : "_total"}`;
  const lines = samples.map(([transport, values]) => `${full}{transport="${transport}"} ${values[name]}\n`);
  return `# TYPE ${full} ${isGauge ? "gauge" : "counter"}\n${lines.join("")}`;
}

/** Numbers by a name of words and underscores; what is nested has both names. */
function flat(metrics, prefix = "") {
  return Object.assign(
    {},
    ...Object.entries(metrics).map(([name, value]) => {
      const full = prefix + name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return typeof value === "number" ? { [full]: value } : flat(value, `${full}_`);
    })
  );
}

module.exports = { MetricsServer, prometheusText };

"use strict";

const { once } = require("node:events");
const http = require("node:http");

/** Plain HTTP for whoever watches: `/metrics` in Prometheus' text format, `/metrics.json` as `metrics()` has it. */
class MetricsServer {
  #server;

  /** `servers` are the servers by transport. */
  static async open({ host, port }, servers) {
    // It loads the library, which help and completion work without.
    const { prometheusText } = require("../prom.js");
    const pages = {
      "/metrics": [prometheusText.contentType, () => prometheusText(servers)],
      "/metrics.json": ["application/json", () => JSON.stringify(countsOf(servers))]
    };
    const server = http.createServer((request, response) => answer(request, response, pages));
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

/** What each server has counted, by transport. */
function countsOf(servers) {
  return Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.metrics()]));
}

function answer({ method, url }, response, pages) {
  const page = pages[url.split("?")[0]];
  if (page === undefined || !["GET", "HEAD"].includes(method)) {
    response.writeHead(page === undefined ? 404 : 405).end();
    return;
  }
  const [type, text] = page;
  response.writeHead(200, { "content-type": type }).end(method === "GET" ? text() : "");
}

module.exports = { MetricsServer, countsOf };

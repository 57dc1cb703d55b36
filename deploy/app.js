"use strict";

// A server of calls as it runs in production: health and metrics beside the calls, a line of JSON for
// each thing that happens, and an end that no caller hears. docs/scaling.md describes it.

const http = require("node:http");
const { AudioSocket } = require("callstreams");
const { prometheusText } = require("callstreams/prom");

const {
  HOST = "0.0.0.0",
  PORT = "9092",
  HEALTH_PORT = "9090",
  PROXY_PROTOCOL = "",
  /** How long whoever sends us calls may take to notice that we want no more. */
  NOTICE_MS = "5000",
  /** How long the last calls may take to end. */
  DRAIN_MS = "600000"
} = process.env;

const audioSocket = new AudioSocket({ proxyProtocol: PROXY_PROTOCOL === "1" });
let leaving = null;

audioSocket.onConnection(answer);
audioSocket.on("error", (error) => say("error", { code: error.code, message: error.message }));
audioSocket.on("drop", (dropped) => say("drop", dropped));

/** Your app begins here: this one gives back what it hears. */
function answer({ ref, remoteAddress, remotePort }, res) {
  say("call", { ref, remoteAddress, remotePort });
  res.on("data", (pcm) => res.write(pcm));
  res.on("error", ({ code }) => say("call failed", { ref, code }));
  res.on("end", () => say("end", { ref }));
}

/** Each path, and what it is answered: a status, and a text. */
const PATHS = {
  /** The process is alive: restart it if not. */
  "/live": () => [200, "alive\n"],
  /** It takes calls: send it some. */
  "/ready": () => (leaving === null && audioSocket.listening ? [200, "ready\n"] : [503, "not ready\n"]),
  "/metrics": () => [200, prometheusText(audioSocket), prometheusText.contentType],
  /** It is to take no more; answered when whoever sends calls has had the time to notice. */
  "/drain": async () => {
    await leave();
    return [200, "drains\n"];
  }
};

const health = http.createServer(async (request, response) => {
  const [status, text, type = "text/plain"] = (await PATHS[request.url]?.()) ?? [404, "not found\n"];
  response.writeHead(status, { "content-type": type }).end(text);
});

/** Stops being ready. Calls that are sent here meanwhile are taken as ever. */
function leave() {
  if (leaving === null) {
    say("leaves", { calls: audioSocket.metrics().activeCalls });
    leaving = new Promise((resolve) => setTimeout(resolve, Number(NOTICE_MS)));
  }
  return leaving;
}

async function stop(signal) {
  say("stops", { signal });
  await leave();
  await audioSocket.drain({ timeout: Number(DRAIN_MS) });
  say("stopped");
  process.exit(0);
}

function say(event, fields) {
  console.log(JSON.stringify({ time: new Date().toISOString(), event, ...fields }));
}

process.once("SIGTERM", stop).once("SIGINT", stop);

health.listen(Number(HEALTH_PORT), HOST, () => {
  audioSocket.listen(Number(PORT), HOST, () => {
    say("listens", { port: audioSocket.address().port, health: health.address().port });
  });
});

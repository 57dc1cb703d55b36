// What a fork takes and gives, to the letter.

import { AudioStream, Fork, ForkOptions, ForkStats } from "callstreams";
import { same } from "./equal.js";

declare const stream: AudioStream;

const fork = stream.fork("wss://example.com/");
same<typeof fork, Fork>();
same<Parameters<typeof stream.fork>, [url: string | URL, options?: ForkOptions]>();
stream.fork(new URL("ws://example.com/"), {
  as: "audiofork",
  direction: "both",
  mix: "stereo",
  sampleRate: 24000,
  frameMs: 100,
  delayMs: 100,
  bufferMs: 1000,
  gain: { in: -6 },
  metadata: { call: 7 },
  headers: { "X-Call": "7", "X-Many": ["a", "b"], "X-Number": 7 },
  subprotocols: ["a", "b"],
  auth: { username: "me", password: "secret" },
  deflate: true,
  heartbeat: 15,
  handshakeTimeout: 2000,
  peerTimeout: 10_000,
  tls: { ca: "system", cert: "cert.pem", key: "key.pem", checkHostname: false },
  reconnect: { timeout: 1, attempts: 3, backoff: "exponential" },
  resume: "buffered",
  bidirectional: true
});
stream.fork("ws://a/", { gain: 6, metadata: "text", subprotocols: "a", auth: { bearer: "t" }, reconnect: false });
stream.fork("ws://a/", { tls: { ca: "/etc/ca.pem" } });

same<typeof fork.url, string>();
same<typeof fork.isConnected, boolean>();
same<typeof fork.subprotocol, string>();
same<ReturnType<typeof fork.sendText>, boolean>();
same<ReturnType<typeof fork.stop>, Promise<ForkStats>>();
same<ReturnType<typeof fork.stats>, ForkStats>();
fork.mute("in");
fork.mute("out", false);
fork.stop({ reason: "done" });
fork.on("connect", ({ status }) => same<typeof status, "connected">());
fork.on("disconnect", ({ message }) => console.log(message.code + 1, message.reason.length));
fork.on("error", ({ message }, error) => console.log(message.http_status + message.wait_time, error.code));
fork.on("message", (message) => console.log(message.text));
fork.on("close", (error) => console.log(error?.code));

// @ts-expect-error a fork goes somewhere
stream.fork();
// @ts-expect-error there is no such direction
stream.fork("ws://a/", { direction: "read" });
// @ts-expect-error Basic or Bearer
stream.fork("ws://a/", { auth: { password: "secret" } });
// @ts-expect-error there is no such side
fork.mute("left");
// @ts-expect-error a fork is made by a stream
new Fork();

// What a server of WebSockets takes and gives, to the letter.

import { createServer, IncomingHttpHeaders } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { Readable } from "node:stream";
import {
  AudioSocket,
  AudioStream,
  Authorize,
  CallRequest,
  CallServer,
  Capabilities,
  ConnectionHandler,
  Dialect,
  SampleRate,
  SplitSide,
  StreamRequest,
  UpgradeRequest,
  WebSocketAudio,
  WebSocketDialOptions,
  WebSocketOptions,
  WebSocketPathOptions,
  WebSocketRequest
} from "callstreams";
import { same } from "./equal.js";

const everyPathOption: Required<WebSocketPathOptions> = {
  sampleRate: 16000,
  frameMs: 60,
  speech: true,
  silence: "never",
  highWaterMark: 0.5,
  outboundLimit: 60,
  inboundLimit: 2,
  mediaTimeout: 30_000,
  maxDuration: 3_600_000,
  dialect: "mod_audio_stream",
  format: { sampleRate: 16000, channels: 2 },
  playback: "binary",
  chunkMs: 400,
  metadataWait: 0.5,
  subprotocol: "mine",
  deflate: false,
  headers: { "X-Served-By": "a", "X-Number": 7 },
  stitch: 10,
  ping: 0,
  idleTimeout: 0,
  maxMessage: 65536,
  maxText: 65_536,
  maxMessageRate: 200,
  origins: ["https://example.com"],
  authorize: async ({ headers }) => headers.authorization !== undefined
};
const everyOption: Required<WebSocketOptions> = {
  ...everyPathOption,
  paths: { "/in/*": { dialect: "audiofork", stitch: 5 }, "/all": everyPathOption },
  cert: "PEM",
  key: Buffer.from("PEM"),
  handshakeTimeout: 1000,
  peerTimeout: 10_000,
  maxConnections: 10,
  maxConnectionsPerAddress: 5,
  maxPending: 5,
  maxCallsPerSecond: 0.5,
  maxCallsPerSecondPerAddress: 1,
  allow: ["10.0.0.0/8"],
  deny: [],
  duplicateRef: "allow",
  maxExpected: 10,
  proxyProtocol: false,
  onlyExpected: false,
  promptCacheBytes: 0,
  gatherMs: 0
};
const server = new WebSocketAudio(everyOption);

same<ConstructorParameters<typeof WebSocketAudio>, [options?: WebSocketOptions]>();
same<Parameters<typeof server.onConnection>, [handler: ConnectionHandler<WebSocketRequest>]>();
same<ReturnType<typeof server.close>, Promise<void>>();

const chained: WebSocketAudio = server
  .listen(0, () => {})
  .onConnection(async (req, res) => {
    same<typeof req, WebSocketRequest>();
    same<typeof res, AudioStream>();
    same<typeof req.transport, "websocket">();
    same<typeof req.dialect, Dialect>();
    same<typeof req.headers, IncomingHttpHeaders>();
    same<[typeof req.url, typeof req.ref, typeof req.remoteAddress], [string, string, string]>();
    same<typeof req.remotePort, number>();
    same<typeof req.sampleRate, SampleRate>();
    same<typeof req.channels, 1 | 2>();
    same<[typeof req.channel, typeof req.channelId], [string | null, string | null]>();
    same<typeof req.variables, Record<string, string>>();
    console.log(req.metadata?.tenant);
  })
  .once("connection", (req) => same<typeof req, WebSocketRequest>())
  .on("drop", ({ code }) => console.log(code));
console.log(chained);

const detach = server.attach(createServer(), { path: "/calls" });
same<typeof detach, () => void>();
server.attach(createSecureServer());
createServer().on("upgrade", (...args) => server.handleUpgrade(...args));

new WebSocketAudio({ format: ({ url }) => ({ channels: url.startsWith("/two") ? 2 : 1 }) });
new WebSocketAudio({ authorize: WebSocketAudio.basic({ pbx: "secret" }, "calls") });
new WebSocketAudio({ authorize: WebSocketAudio.basic(async (user, password, req) => req.url === user + password) });
new WebSocketAudio({ authorize: WebSocketAudio.bearer(["a", "b"] as const) });
new WebSocketAudio({ authorize: WebSocketAudio.bearer((token) => token.length > 8) });
new WebSocketAudio({ authorize: ({ url }) => (url === "/" ? 404 : { status: 302, headers: { Location: "/" }, body: "" }) });
same<Parameters<Authorize>, [request: UpgradeRequest]>();

async function dial(signal: AbortSignal) {
  const options: WebSocketDialOptions = {
    dialect: "chan_websocket",
    subprotocols: ["media"],
    auth: { username: "me", password: "secret" },
    tls: { ca: "/etc/ca.pem", checkHostname: false },
    headers: { "X-Call": "7" },
    timeout: 100,
    sampleRate: 24000,
    signal
  };
  const call = await WebSocketAudio.connect(new URL("wss://example.com/media/1"), options);
  same<typeof call, AudioStream>();
  await WebSocketAudio.connect("ws://example.com/", { auth: { bearer: "t" }, format: { sampleRate: 16000 } });
  await using closed = new WebSocketAudio();
  return closed.listening;
}
console.log(dial);

// One handler for both kinds of server.
const handle = (req: CallRequest, res: AudioStream) => {
  if (req.transport === "websocket") {
    same<typeof req, WebSocketRequest>();
  } else {
    same<typeof req, StreamRequest>();
  }
  res.hangup();
};
const servers: CallServer[] = [new AudioSocket().onConnection(handle), new WebSocketAudio().onConnection(handle)];
servers.forEach((each) => each.on("connection", handle).onConnection(handle).listen(0));

declare const stream: AudioStream;
same<typeof stream.channels, 1 | 2>();
same<typeof stream.capabilities, Capabilities>();
same<ReturnType<typeof stream.send>, boolean>();
same<ReturnType<typeof stream.answer>, void>();
stream.send("text");
stream.send({ type: "json" });
const { caller, callee } = stream.split();
same<typeof caller, SplitSide>();
const readable: Readable = callee;
console.log(readable, caller.droppedFrames + 1);
stream.on("message", (message) => console.log(message.type));
stream.on("reconnect", () => {});

// @ts-expect-error a server of no kind cannot be made
new CallServer({});
// @ts-expect-error there is no such dialect
new WebSocketAudio({ dialect: "sip" });
// @ts-expect-error audio over WebSocket tells its encoding itself
new WebSocketAudio({ encoding: "ulaw" });
// @ts-expect-error a path has no port's options
new WebSocketAudio({ paths: { "/a": { maxConnections: 1 } } });
// @ts-expect-error a dialled call is not stitched
WebSocketAudio.connect("ws://example.com/", { stitch: 5 });
// @ts-expect-error who says no has a status or says false
new WebSocketAudio({ authorize: () => "no" });
// @ts-expect-error a function says so of each call
WebSocketAudio.connect("ws://example.com/", { format: () => ({}) });
// @ts-expect-error an HTTP server has upgrades
server.attach(new AudioSocket());
// @ts-expect-error a text is sent
stream.send();
// @ts-expect-error what it can do is the other end's
stream.capabilities = {};

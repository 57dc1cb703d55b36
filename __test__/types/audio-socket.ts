// What a server takes and gives, to the letter.

import { once } from "node:events";
import { AddressInfo } from "node:net";
import {
  AudioSocket,
  AudioStream,
  ConnectionHandler,
  DialOptions,
  DroppedConnection,
  ExpectOptions,
  ExpectedCall,
  ListenOptions,
  SampleRate,
  ServerMetrics,
  ServerOptions,
  StreamRequest
} from "callstreams";
import { same } from "./equal.js";

const everyOption: Required<ServerOptions> = {
  sampleRate: 16000,
  frameMs: 60,
  encoding: "ulaw",
  speech: { detector: "vad", threshold: 0.7, minLevel: -40, minSpeechMs: 80, minSilenceMs: 800 },
  silence: "always",
  highWaterMark: 0.5,
  outboundLimit: 60,
  inboundLimit: 2,
  mediaTimeout: 30_000,
  maxDuration: 3_600_000,
  handshakeTimeout: 1000,
  peerTimeout: 10_000,
  maxConnections: 10,
  maxConnectionsPerAddress: 5,
  maxPending: 5,
  maxCallsPerSecond: 0.5,
  maxCallsPerSecondPerAddress: 1,
  allow: ["10.0.0.0/8"],
  deny: [],
  authorize: async ({ ref, remoteAddress }) => remoteAddress === "10.0.0.1" && ref !== "",
  duplicateRef: "refuse",
  maxExpected: 5,
  onlyExpected: true,
  proxyProtocol: ["10.0.0.5"],
  promptCacheBytes: 1_000_000,
  gatherMs: 0
};
const server = new AudioSocket(everyOption);

same<ConstructorParameters<typeof AudioSocket>, [options?: ServerOptions]>();
same<typeof server.listening, boolean>();
same<typeof server.connections, number>();
same<ReturnType<typeof server.address>, AddressInfo | null>();
same<ReturnType<typeof server.metrics>, ServerMetrics>();
same<ReturnType<typeof server.close>, Promise<void>>();
same<Parameters<typeof server.expect>, [context?: any, options?: ExpectOptions]>();
same<ReturnType<typeof server.expect>, string>();
same<ReturnType<typeof server.unexpect>, boolean>();
server.on("expired", (expired) => same<typeof expired, ExpectedCall>());
same<Parameters<typeof server.onConnection>, [handler: ConnectionHandler]>();
same<Parameters<ConnectionHandler>, [req: StreamRequest, stream: AudioStream]>();

const everywhere: Required<ListenOptions> = { port: 0, host: "::", backlog: 8, reusePort: true };
const chained: AudioSocket = server
  .listen(everywhere, () => {})
  .onConnection(() => {})
  .on("listening", () => {})
  .once("close", () => {})
  .off("close", () => {})
  .on(Symbol("own"), (anything) => console.log(anything));
console.log(chained);

server.on("connection", (req, stream) => {
  same<typeof req, StreamRequest>();
  same<typeof stream, AudioStream>();
  same<typeof req.ref, string>();
  same<typeof req.context, any>();
  same<typeof req.transport, "audiosocket">();
  same<typeof req.remoteAddress, string>();
  same<typeof req.remotePort, number>();
  same<typeof req.sampleRate, SampleRate>();
});
server.prependListener("connection", async (req) => console.log(req.ref));
server.on("drop", (dropped) => same<typeof dropped, DroppedConnection>());
server.prependOnceListener("drop", ({ code, remoteAddress, remotePort }) => {
  same<[typeof code, typeof remoteAddress, typeof remotePort], [string, string, number]>();
});
server.addListener("error", (error) => same<typeof error, NodeJS.ErrnoException>());
server.removeListener("error", (error: Error) => console.log(error));

async function dial(signal: AbortSignal) {
  const options: Required<DialOptions> = {
    sampleRate: 192000,
    frameMs: 20,
  encoding: "auto",
  speech: true,
    silence: "until-audio",
    highWaterMark: 1,
    outboundLimit: 1,
    inboundLimit: 1,
    mediaTimeout: 1,
    maxDuration: 1,
    host: "localhost",
    port: 9092,
    ref: "40325ec2-5efd-4bd3-805f-53576e581d13",
    timeout: 100,
    peerTimeout: 0,
    signal
  };
  const call = await AudioSocket.connect(options);
  same<typeof call, AudioStream>();
  await AudioSocket.connect({ port: 9092 });
  await once(server, "listening", { signal });
  await using closed = new AudioSocket();
  return closed.listening;
}
console.log(dial);

class Switchboard extends AudioSocket {}
new Switchboard().listen(0);

// @ts-expect-error a port is a number
server.listen("9092");
// @ts-expect-error there is no such option
server.listen({ path: "/run/calls.sock" });
// @ts-expect-error a callback is a function
server.listen(9092, "127.0.0.1", true);
// @ts-expect-error a handler is a function
server.onConnection("handler");
// @ts-expect-error a handler gets a request and a stream
server.onConnection((req: string) => console.log(req));
// @ts-expect-error not a rate of the protocol
new AudioSocket({ sampleRate: 11025 });
// @ts-expect-error not a way of being silent
new AudioSocket({ silence: "sometimes" });
// @ts-expect-error seconds are a number
new AudioSocket({ highWaterMark: "1s" });
// @ts-expect-error there is no such event
server.on("connect", () => {});
// @ts-expect-error there is no such event
server.once("data", () => {});
// @ts-expect-error a drop tells of one connection
server.on("drop", (code: string) => console.log(code));
// @ts-expect-error close has no arguments
server.once("close", (error: Error) => console.log(error));
// @ts-expect-error the state is the server's own
server.listening = true;
// @ts-expect-error the count is the server's own
server.connections = 0;
// @ts-expect-error to dial takes a port
AudioSocket.connect({ host: "127.0.0.1" });
// @ts-expect-error a server has no UUID
new AudioSocket({ ref: "40325ec2-5efd-4bd3-805f-53576e581d13" });
// @ts-expect-error a signal is not its controller
AudioSocket.connect({ port: 9092, signal: new AbortController() });
// @ts-expect-error a server that may not listen has no address
server.address().port;

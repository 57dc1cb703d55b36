// An application of @fonoster/streams in ESM, whose only change is the package's name.

import { Readable } from "node:stream";
import * as net from "node:net";
import streams, {
  AudioSocket,
  AudioStream,
  ErrorCode,
  EventType,
  MAXIMUM_MESSAGE_LENGTH,
  MINIMUM_MESSAGE_LENGTH,
  MessageType,
  StreamRequest
} from "callstreams";
import { same } from "./equal.js";

const server = new AudioSocket();

async function connectionHandler(req: StreamRequest, stream: AudioStream) {
  const { ref } = req;
  console.log("call", { ref });

  stream
    .onData((_data: Buffer) => {})
    .onClose(() => console.log("closed"))
    .onError((err: Error) => console.error(err));

  await stream.play(process.cwd() + "/sounds/hello.sln");
  await stream.playStream(Readable.from([Buffer.alloc(320)]));
  stream.stop();
  stream.write(Buffer.alloc(320));

  setTimeout(async () => {
    stream.hangup();
  }, 10000);
}

const plainHandler: (req: StreamRequest, stream: AudioStream) => void = (_req, stream) => {
  stream.hangup();
};

server.listen(9092, () => console.log("listening"));
server.listen(9092, "127.0.0.1");
server.listen(9092, "127.0.0.1", () => console.log("listening"));
server.onConnection(connectionHandler);
server.onConnection(plainHandler);
server.onConnection((_req, stream) => stream.play("/srv/sounds/hello.sln"));
server.close();

const stream: AudioStream = new AudioStream(new Readable({ read() {} }), new net.Socket());
const header = Buffer.alloc(MINIMUM_MESSAGE_LENGTH);
header[0] = MessageType.SLIN;
console.log(stream, MAXIMUM_MESSAGE_LENGTH, ErrorCode.AST_MEMORY === 0x04, EventType.DATA);

same<typeof streams.AudioSocket, typeof AudioSocket>();

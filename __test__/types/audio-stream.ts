// What a call's stream takes and gives, to the letter.

import { once } from "node:events";
import { createReadStream } from "node:fs";
import { Socket } from "node:net";
import { Duplex, PassThrough, Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  AudioSocketError,
  AudioStream,
  CallStats,
  ErrorCode,
  EventType,
  HangupOptions,
  PlayResult,
  SampleRate
} from "callstreams";
import { same } from "./equal.js";

const stream = new AudioStream(new PassThrough(), new Socket());
new AudioStream(new PassThrough(), new PassThrough());

same<ConstructorParameters<typeof AudioStream>, [readable: Readable, socket: Writable]>();
same<typeof stream.sampleRate, SampleRate>();
same<ReturnType<typeof stream.write>, boolean>();
same<Parameters<typeof stream.setSampleRate>, [hz: SampleRate]>();
same<ReturnType<typeof stream.setSampleRate>, void>();
same<ReturnType<typeof stream.play>, Promise<PlayResult>>();
same<ReturnType<typeof stream.playStream>, Promise<PlayResult>>();
same<ReturnType<typeof stream.stop>, void>();
same<ReturnType<typeof stream.dtmf>, void>();
same<Parameters<typeof stream.hangup>, [options?: HangupOptions]>();
same<ReturnType<typeof stream.stats>, CallStats>();
same<PlayResult, { completed: boolean; playedMs: number }>();

stream.write(Buffer.alloc(320));
stream.write(new Int16Array(160));
stream.write(new DataView(new ArrayBuffer(320)));
stream.hangup({ drain: true });
stream.dtmf("42#");

async function* speech() {
  yield new Int16Array(160);
}

async function speak() {
  await stream.playStream(createReadStream("/srv/sounds/menu.sln"));
  await stream.playStream(speech());
  await stream.playStream(new ReadableStream<Uint8Array>());
  const { completed, playedMs } = await stream.play("/srv/sounds/menu.sln");
  const [pcm] = await once(stream, "data");
  console.log(completed, playedMs, pcm);
}
console.log(speak);

same<typeof stream.readable, Readable>();
same<typeof stream.writable, Writable>();
same<typeof stream.duplex, Duplex>();
same<Awaited<ReturnType<(typeof stream)[typeof Symbol.asyncDispose]>>, void>();

async function pass(signal: AbortSignal) {
  await pipeline(stream.readable, stream.writable, { signal });
  await pipeline(stream.duplex, new PassThrough(), stream.duplex);
  await pipeline(speech, stream.writable);
  for await (const pcm of stream) {
    same<typeof pcm, Buffer>();
  }
  for await (const pcm of stream[Symbol.asyncIterator]()) {
    same<typeof pcm, Buffer>();
  }
}
console.log(pass);

stream.on("data", (pcm) => same<typeof pcm, Buffer>());
stream.on("dtmf", (digit) => same<typeof digit, string>());
stream.on("end", () => {});
stream.on("error", (error) => same<typeof error, NodeJS.ErrnoException>());
stream.on("warning", (warning) => same<typeof warning, NodeJS.ErrnoException>());
stream.on("drain", async () => {});
stream.on(EventType.DATA, (pcm) => same<typeof pcm, Buffer>());
stream.once(EventType.DATA, (pcm) => same<typeof pcm, Buffer>());
stream.off(EventType.END, () => {});
stream.once("dtmf", (digit) => same<typeof digit, string>());
stream.prependListener(EventType.ERROR, (error: Error) => console.log(error));
stream.addListener("drain", () => {}).removeListener("drain", () => {}).removeAllListeners("drain");
stream.prependOnceListener("warning", ({ code }) => same<typeof code, string | undefined>());

const chained: AudioStream = stream
  .onData((pcm) => same<typeof pcm, Buffer>())
  .onDtmf((digit) => same<typeof digit, string>())
  .onError((error) => same<typeof error, NodeJS.ErrnoException>())
  .onClose(() => {});
console.log(chained);

stream.onError((error) => {
  if (error instanceof AudioSocketError) {
    same<typeof error.errorCode, ErrorCode>();
    same<typeof error.code, "ERR_AUDIOSOCKET">();
  }
});

stream.setSampleRate(24000);
// @ts-expect-error the wire has no such rate
stream.setSampleRate(22050);
// @ts-expect-error a rate is chosen
stream.setSampleRate();
// @ts-expect-error text is no audio
stream.write("hello");
// @ts-expect-error an ArrayBuffer is seen through a view
stream.write(new ArrayBuffer(320));
// @ts-expect-error nothing is no audio
stream.write(null);
stream.play(Buffer.alloc(320), { gain: -6, loop: true, start: 100, duration: 2000, fadeOut: 50 });
stream.play(new URL("file:///srv/sounds/menu.mp3"), { loop: 3, signal: AbortSignal.timeout(1000) });
stream.play(new ReadableStream<Uint8Array>(), { format: { encoding: "ulaw", sampleRate: 8000, channels: 1 } });
stream.mark("here");
stream.on("mark", (name, { cleared }) => console.log(name.length, cleared === true));
same<typeof stream.playedMs, number>();
const recording = stream.record("/srv/call.wav", { sides: "both", sampleRate: 16000, overwrite: true });
recording.on("finish", ({ durationMs, bytes }) => console.log(durationMs + bytes));
recording.stop().then(({ path }) => console.log(path.length));
// @ts-expect-error there is no such side
stream.record("/srv/call.wav", { sides: "left" });
// @ts-expect-error a number is no source
stream.play(5);
// @ts-expect-error there is no such encoding
stream.play("/srv/sounds/menu.sln", { format: { encoding: "opus" } });
// @ts-expect-error a mark has a name
stream.mark();
// @ts-expect-error a path is no stream
stream.playStream("/srv/sounds/menu.sln");
// @ts-expect-error what is played must be audio
stream.playStream(new ReadableStream<string>());
stream.playStream([Buffer.alloc(320)]);
// @ts-expect-error keys are text
stream.dtmf(42);
// @ts-expect-error there is no such option
stream.hangup({ force: true });
// @ts-expect-error the rate is the wire's
stream.sampleRate = 16000;
// @ts-expect-error the call's streams are its own
stream.readable = new PassThrough();
// @ts-expect-error one listens by reading
stream.readable();
// @ts-expect-error what is heard cannot be written to
stream.readable.write(Buffer.alloc(320));
// @ts-expect-error what is said cannot be read
stream.writable.read();
// @ts-expect-error audio comes as a Buffer
stream.onData((pcm: string) => console.log(pcm));
// @ts-expect-error audio comes as a Buffer
stream.on("data", (pcm: number) => console.log(pcm));
// @ts-expect-error audio comes as a Buffer
stream.once(EventType.DATA, (pcm: string) => console.log(pcm));
// @ts-expect-error a key is text
stream.prependListener("dtmf", (digit: number) => console.log(digit));
// @ts-expect-error there is no such event
stream.on("close", () => {});
// @ts-expect-error there is no such event
stream.once("readable", () => {});
// @ts-expect-error a stream needs something to write to
new AudioStream(new PassThrough());
// @ts-expect-error a Readable is not to be written to
new AudioStream(new PassThrough(), new Readable());

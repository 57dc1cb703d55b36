"use strict";

// Has every caller transcribed by a WebSocket server, and prints what it says.
//
//   node examples/stand-ins/recogniser.js &     a recogniser that knows tones, on port 2700
//   node examples/transcription.js              waits on port 9092, or on PORT
//
// The messages are those of vosk-server: first { config: { sample_rate } }, then binary audio, and back come
// { partial } and { text }. Set RECOGNISER to its URL. For another recogniser, say its first message in
// `metadata` and its key in `auth` or `headers`.

const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const RECOGNISER = process.env.RECOGNISER ?? "ws://127.0.0.1:2700/";
const RATE = 16_000;

const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  const fork = res.fork(RECOGNISER, {
    sampleRate: RATE,
    metadata: { config: { sample_rate: RATE } },
    frameMs: 100, // recognisers like larger pieces
    resume: "buffered" // what is said until it is there is not lost
  });
  fork.on("message", ({ partial, text }) => {
    if (text) {
      console.log(req.ref, "said:", text);
    } else if (partial) {
      console.log(req.ref, "says …", partial);
    }
  });
  fork.on("error", ({ message }) => console.error(req.ref, message.error));
  fork.on("close", () => console.log(req.ref, "is over,", fork.stats().framesSent, "messages of audio"));

  await res.play(GREETING);
});

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

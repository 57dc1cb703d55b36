"use strict";

// Sends every call to two services at once: a recogniser hears the caller alone at 16 kHz, an archive both
// sides in stereo at the call's rate. Where one of them is slow or gone, neither the call nor the other notices.
//
//   node examples/stand-ins/recogniser.js &     on port 2700
//   node examples/stand-ins/archive.js &        on port 8082
//   node examples/two-forks.js                  waits on port 9092, or on PORT

const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const RECOGNISER = process.env.RECOGNISER ?? "ws://127.0.0.1:2700/";
const ARCHIVE = process.env.ARCHIVE ?? "ws://127.0.0.1:8082/";

const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  const recogniser = res.fork(RECOGNISER, {
    sampleRate: 16_000,
    metadata: { config: { sample_rate: 16_000 } },
    reconnect: { timeout: 1, attempts: 10, backoff: "exponential" }
  });
  recogniser.on("message", ({ text }) => text && console.log(req.ref, "said:", text));

  const archive = res.fork(ARCHIVE, {
    mix: "stereo",
    metadata: { call: req.ref, sampleRate: res.sampleRate },
    resume: "buffered", // an archive had better be whole
    bufferMs: 60_000,
    reconnect: { timeout: 1, attempts: 60 }
  });

  for (const [name, fork] of Object.entries({ recogniser, archive })) {
    fork.on("error", ({ message }) => console.error(req.ref, name, message.error));
    fork.on("close", () => {
      const { framesSent, droppedFrames, reconnects } = fork.stats();
      console.log(req.ref, name, `got ${framesSent} frames, missed ${droppedFrames}, came again ${reconnects} times`);
    });
  }

  await res.play(GREETING);
});

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

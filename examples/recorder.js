"use strict";

// Records every call, the caller left and what the caller hears right, each in its place in time.
// `*` leaves out what follows (a card number, say), and puts it in again.
//
//   node examples/recorder.js       waits on port 9092, or on PORT; writes to RECORDINGS, "recordings"

const fs = require("node:fs");
const path = require("node:path");
const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const FOLDER = process.env.RECORDINGS ?? "recordings";

fs.mkdirSync(FOLDER, { recursive: true });

const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  const recording = res.record(path.join(FOLDER, `${req.ref}.wav`));
  recording.on("finish", ({ path: file, durationMs }) => {
    console.log(req.ref, "is in", file, (durationMs / 1000).toFixed(1), "s");
  });
  // The disk is full, or may not be written to. The call goes on.
  recording.on("error", (error) => console.error(req.ref, "is not recorded:", error.code));

  let paused = false;
  res.on("dtmf", (key) => {
    if (key === "*") {
      paused = !paused;
      recording[paused ? "pause" : "resume"]();
      console.log(req.ref, paused ? "pauses" : "goes on");
    }
  });

  await res.play(GREETING);
  res.on("data", (pcm) => res.write(pcm));
});

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

"use strict";

// Joins two calls: the first hears a tone from time to time until the second comes, then each hears the other.
// When one hangs up, so does the other.
//
//   node examples/conference.js     waits on port 9092, or on PORT
//   RECORDINGS=calls node examples/conference.js    records each call, both sides of it, to that folder

const fs = require("node:fs");
const path = require("node:path");
const { AudioSocket } = require("callstreams");
const { silence, tone } = require("./sound.js");

const FOLDER = process.env.RECORDINGS;
/** Whatever rates the calls have, all are heard and spoken to at this one. */
const RATE = 16_000;
const WAITING = Buffer.concat([tone(425, 200, RATE, 0.1), silence(1800, RATE)]);

if (FOLDER) {
  fs.mkdirSync(FOLDER, { recursive: true });
}

const audioSocket = new AudioSocket({ sampleRate: RATE });
/** The call that waits for another. */
let waiting = null;

audioSocket.onConnection((req, res) => {
  const call = { ref: req.ref, res };
  if (FOLDER) {
    const recording = res.record(path.join(FOLDER, `${req.ref}.wav`));
    recording.on("error", (error) => console.error(req.ref, "is not recorded:", error.code));
  }
  res.on("end", () => leave(call));
  if (waiting) {
    const first = waiting;
    waiting = null;
    join(first, call);
  } else {
    waiting = call;
    console.log(req.ref, "waits");
    res.on("data", () => {}); // nobody is there to hear it
    return res.play(WAITING, { loop: true, format: { sampleRate: RATE } });
  }
});

function join(first, second) {
  console.log(first.ref, "and", second.ref, "are joined");
  first.res.stop();
  for (const [from, to] of [
    [first, second],
    [second, first]
  ]) {
    from.other = to;
    from.res.on("data", (pcm) => to.res.write(pcm));
  }
}

function leave(call) {
  console.log(call.ref, "has left");
  if (waiting === call) {
    waiting = null;
  }
  call.other?.res.hangup({ drain: true });
}

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

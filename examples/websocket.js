"use strict";

// Takes calls over WebSocket from Asterisk and FreeSWITCH: greets where it can be heard, gives back what the
// caller says, and prints what else it is told. docs/websocket.md says how each of them is pointed here.
//
//   node examples/websocket.js         waits on port 8080, or on PORT
//   node examples/websocket.js call    and calls itself once: speaks, listens, hangs up

const { setTimeout } = require("node:timers/promises");
const { WebSocketAudio } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;

const server = new WebSocketAudio({
  paths: {
    "/calls": {}, // whoever sends is recognised
    "/fork/*": { dialect: "audiofork", stitch: 10 },
    "/stream": { dialect: "mod_audio_stream", playback: "binary" },
    "/raw": { dialect: "raw" }
  }
});

server.onConnection(async (req, res) => {
  const tell = (...what) => console.log(req.dialect, req.ref, ...what);
  tell("from", req.remoteAddress, "with", req.metadata);
  res.on("message", (message) => tell("says", message));
  res.on("dtmf", (digit) => tell("key", digit));
  res.on("reconnect", () => tell("is back"));
  res.on("error", (error) => tell("failed:", error.code));
  res.on("end", () => tell("is over, frames heard:", res.stats().framesIn));

  const { audio, answer } = res.capabilities;
  const caller = res.channels === 2 ? res.split().caller : res;
  caller.on("data", (pcm) => audio && res.write(pcm));
  if (answer) {
    res.answer();
  }
  if (audio) {
    await res.play(GREETING);
  }
});

server.on("drop", ({ code, remoteAddress }) => console.log("turned away", remoteAddress, code));

server.listen(Number(process.env.PORT ?? 8080), async () => {
  const { port } = server.address();
  console.log("listening on port", port);
  if (process.argv[2] === "call") {
    await call(`ws://127.0.0.1:${port}/raw?ref=example`);
    await server.close();
  }
});

/** A caller, who says what the server greets with. */
async function call(url) {
  const stream = await WebSocketAudio.connect(url, { dialect: "raw" });
  let bytes = 0;
  stream.on("data", (pcm) => (bytes += pcm.length));
  stream.send({ hello: "from the caller" });
  await stream.play(GREETING);
  await setTimeout(500);
  stream.hangup();
  console.log("the caller heard", bytes / 2 / stream.sampleRate, "seconds");
}

"use strict";

// Sends every call to a WebSocket server, both sides of it, and prints what that says.
//
//   node examples/fork.js ws://127.0.0.1:8080/      waits on port 9092, or on PORT

const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const url = process.argv[2] ?? "ws://127.0.0.1:8080/";
const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  const fork = res.fork(url, {
    mix: "stereo",
    sampleRate: 16000,
    metadata: { call: req.ref },
    reconnect: { timeout: 1, attempts: 10, backoff: "exponential" }
  });

  fork.on("connect", () => console.log(req.ref, "is heard"));
  fork.on("message", (message) => console.log(req.ref, "heard", message));
  fork.on("error", ({ message }) => console.error(req.ref, message.error));
  fork.on("close", () => console.log(req.ref, fork.stats()));

  // Card numbers are not for the server.
  res.on("dtmf", () => fork.mute("in"));

  await res.play(GREETING);
});

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

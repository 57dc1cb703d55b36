"use strict";

// A bot that can be interrupted: it talks on until the caller speaks, then it listens.
//
//   node examples/barge-in.js       waits on port 9092, or on PORT

const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const audioSocket = new AudioSocket({ speech: true });

audioSocket.onConnection(async (req, res) => {
  res.on("speech", () => res.clear());
  res.on("silence", ({ ms }) => console.log(req.ref, "spoke for", Math.round(ms), "ms"));

  const { completed, playedMs } = await res.play(GREETING, { loop: true, gain: -6 });
  console.log(req.ref, completed ? "heard all" : `interrupted after ${playedMs} ms`);
});

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

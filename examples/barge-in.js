"use strict";

// A bot that can be interrupted: it talks on until the caller speaks, then it listens.

const { AudioSocket } = require("callstreams");

const audioSocket = new AudioSocket({ speech: true });

audioSocket.onConnection(async (req, res) => {
  res.on("speech", () => res.clear());
  res.on("silence", ({ ms }) => console.log(req.ref, "spoke for", Math.round(ms), "ms"));

  const { completed, playedMs } = await res.play("examples/greeting.sln", { loop: true, gain: -6 });
  console.log(req.ref, completed ? "heard all" : `interrupted after ${playedMs} ms`);
});

audioSocket.listen(9092, () => console.log("listening on port 9092"));

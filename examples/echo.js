"use strict";

// Answers every call: greets, then gives back what the caller says. The README shows this program.

const { AudioSocket } = require("callstreams");

const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  console.log("call", req.ref, "from", req.remoteAddress);

  res.on("data", (pcm) => res.write(pcm));
  res.on("dtmf", (digit) => console.log("key", digit));
  res.on("end", () => console.log("gone", req.ref));

  await res.play("examples/greeting.sln");
});

audioSocket.listen(9092, () => console.log("listening on port 9092"));

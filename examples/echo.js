"use strict";

// Answers every call: greets, then gives back what the caller says.
//
//   node examples/echo.js           waits on port 9092, or on PORT

const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  console.log("call", req.ref, "from", req.remoteAddress);

  res.on("data", (pcm) => res.write(pcm));
  res.on("dtmf", (digit) => console.log("key", digit));
  res.on("end", () => console.log("gone", req.ref));

  await res.play(GREETING);
});

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

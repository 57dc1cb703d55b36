"use strict";

// Answers every call with Node streams: greets, then gives back what the caller says a little softer,
// until the caller hangs up.
//
//   node examples/streams.js        waits on port 9092, or on PORT

const fs = require("node:fs");
const { Transform } = require("node:stream");
const { pipeline } = require("node:stream/promises");
const { AudioSocket } = require("callstreams");

const GREETING = `${__dirname}/greeting.sln`;
const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  console.log("call", req.ref);
  try {
    await pipeline(fs.createReadStream(GREETING), res.writable);
    await pipeline(res.readable, softer(), res.writable);
    console.log("hung up", req.ref);
  } catch (error) {
    // The caller hung up during the greeting, or the connection was lost.
    console.log("gone", req.ref, error.code);
  }
});

/** Halves each sample. Frames come whole. */
function softer() {
  return new Transform({
    transform(pcm, encoding, done) {
      const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
      done(null, Buffer.from(samples.map((sample) => sample / 2).buffer));
    }
  });
}

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

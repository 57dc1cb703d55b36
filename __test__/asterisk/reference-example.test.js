"use strict";

/** The example in the README of @fonoster/streams, with another package's name in its first line. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { freePort } = require("../support/asterisk");
const { assertHeard } = require("../support/asterisk-assert");
const { runChild } = require("../support/asterisk-child");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

const RATE = 8000;

/** As printed there, but for the closing brace that is missing there after its first comment. */
const EXAMPLE = `
const { AudioSocket } = require("@fonoster/streams");

const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  console.log("new connection from:", req.ref);

  res.on("data", (data) => {
     // Do something with the audio data
  });

  res.on("end", () => {
     // Do something when the stream ends
  });

  res.on("error", (err) => {
     // Do something when an error occurs
  });

  // Utility for playing audio files
  await res.play("/path/to/audio/file");
});

audioSocket.listen(9092, () => {
  console.log("server listening on port 9092");
});
`;

asteriskSuite("the example of @fonoster/streams", (test) => {
  test("runs unchanged, call after call", async ({ asterisk, t }) => {
    const played = sound.sweep(300, 3000, 700, RATE);
    asterisk.writeSound("played", played);
    const port = await freePort();
    const app = runChild(t, inPlace(EXAMPLE, { port, file: asterisk.soundFile("played") }));
    await app.printed(/server listening on port/);
    for (const turn of ["first", "second"]) {
      const ref = randomUUID();
      const call = await asterisk.call({
        near: [`AudioSocket(${ref},127.0.0.1:${port})`],
        far: [...asterisk.duplexSteps(turn, sound.tone(500, 1200, RATE)), "UserEvent(Recorded)"]
      });
      await app.printed(new RegExp(`new connection from: ${ref}`));
      await call.reached("Recorded");
      assertHeard(asterisk.readRecording(turn), played, RATE, `the ${turn} call hears it whole`);
      await call.ended();
    }
    assert.ok(app.isRunning, "the callers' hanging up leaves the app up");
  });
});

/** What everybody changes in an example: the package, the port and the file. */
function inPlace(example, { port, file }) {
  return example
    .replace('"@fonoster/streams"', "CALLSTREAMS")
    .replace("listen(9092", `listen(${port}`)
    .replace("/path/to/audio/file", file);
}

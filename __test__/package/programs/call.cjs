"use strict";

const assert = require("node:assert/strict");
const { once } = require("node:events");

const FRAME = Buffer.from(Array.from({ length: 320 }, (_, at) => at + 1));
const SPOKEN = 5;

/**
 * One call, both ends of it here: keys and audio arrive, what is played is heard, the end comes. Uses
 * what an app does, as the package exports it.
 */
async function call({ AudioSocket }) {
  const server = new AudioSocket();
  const keys = [];
  server.onConnection(async (req, res) => {
    res.on("dtmf", (key) => keys.push(key));
    res.on("data", (pcm) => res.write(pcm));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const caller = await AudioSocket.connect({ host: "127.0.0.1", port: server.address().port });
  const heard = [];
  const enough = new Promise((resolve) => {
    caller.on("data", (pcm) => {
      if (pcm[0] !== 0 && heard.push(Buffer.from(pcm)) === SPOKEN) {
        resolve();
      }
    });
  });
  caller.dtmf("7");
  await caller.play(Buffer.concat(Array(SPOKEN).fill(FRAME)), { format: { encoding: "slin", sampleRate: 8000 } });
  await enough;

  caller.hangup();
  await once(caller, "end");
  await server.close();
  assert.deepEqual(Buffer.concat(heard), Buffer.concat(Array(SPOKEN).fill(FRAME)));
  assert.deepEqual(keys, ["7"]);
}

module.exports = { call };

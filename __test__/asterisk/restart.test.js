"use strict";

/** The server goes and comes back on its port while calls are up. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { assertHeard } = require("../support/asterisk-assert");
const { runChild } = require("../support/asterisk-child");
const { asteriskSuite } = require("../support/asterisk-suite");
const sound = require("../../examples/sound.js");

const CALLS = 5;
const RATE = 8000;
const LONG_MS = 20_000;

/** An app that only listens, in a process of its own. */
const APP = `
  const { AudioSocket } = require(CALLSTREAMS);
  const server = new AudioSocket();
  server.onConnection((req, res) => res.once("data", () => console.log("hearing", req.ref)));
  server.listen(0, "127.0.0.1");
  console.log("port", server.address().port);
`;

asteriskSuite("a server restarted under calls", (test) => {
  test("close() gives every call back to the dialplan, and the next server takes new ones", async ({
    asterisk,
    t
  }) => {
    const first = answer(t);
    const calls = await placeCalls(asterisk, first.where);
    const ears = await Promise.all(calls.map(({ ref }) => first.ear(ref)));
    await Promise.all(ears.map((ear) => ear.heard(100)));
    await first.server.close();
    await Promise.all(calls.map(({ call }) => call.reached("WentOn")));
    assert.deepEqual(
      ears.map((ear) => ear.ends),
      ears.map(() => 1)
    );
    await Promise.all(calls.map(({ call }) => call.ended()));
    await assertTakesCalls(asterisk, answer(t, { port: first.port }));
  });

  test("a killed server frees every call, and the next one takes its port", async ({
    asterisk,
    t
  }) => {
    const child = runChild(t, APP);
    const port = Number((await child.printed(/port (\d+)/))[1]);
    const calls = await placeCalls(asterisk, `127.0.0.1:${port}`);
    await Promise.all(calls.map(({ ref }) => child.printed(new RegExp(`hearing ${ref}`))));
    await child.kill();
    await Promise.all(calls.map(({ call }) => call.reached("WentOn")));
    await Promise.all(calls.map(({ call }) => call.ended()));
    await assertTakesCalls(asterisk, answer(t, { port }));
  });
});

function placeCalls(asterisk, where) {
  const talk = asterisk.writeSound("talk", sound.tone(500, LONG_MS, RATE));
  return Promise.all(
    Array.from({ length: CALLS }, async () => {
      const ref = randomUUID();
      const near = [`AudioSocket(${ref},${where})`, "UserEvent(WentOn)"];
      return { ref, call: await asterisk.call({ near, far: [`Playback(${talk})`] }) };
    })
  );
}

async function assertTakesCalls(asterisk, app) {
  const ref = randomUUID();
  const said = sound.sweep(300, 3000, 400, RATE);
  const call = await asterisk.call({
    near: [`AudioSocket(${ref},${app.where})`],
    far: [`Playback(${asterisk.writeSound("again", said)})`]
  });
  const ear = await app.ear(ref);
  await call.ended();
  await ear.ended();
  assertHeard(ear.pcm, said, RATE, "the app");
}

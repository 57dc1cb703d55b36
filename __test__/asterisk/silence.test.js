"use strict";

/** Silence on the line: Asterisk gives a call up after two seconds in which nobody sends a frame. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { answer } = require("../support/asterisk-answer");
const { asteriskSuite } = require("../support/asterisk-suite");

/** A caller who says nothing for longer than Asterisk bears, and then presses a key. */
const QUIET_CALLER = ["Wait(2.6)", "SendDTMF(5)"];

asteriskSuite("a line on which nobody speaks", (test) => {
  test("stays up by the silence the server sends", async ({ asterisk, t }) => {
    const ear = await quietCall(asterisk, answer(t));
    assert.equal(ear.digits, "5");
    assert.deepEqual(ear.errors, []);
  });

  test('is given up by Asterisk under silence: "never"', async ({ asterisk, t }) => {
    const ear = await quietCall(asterisk, answer(t, { silence: "never" }));
    assert.equal(ear.digits, "");
    assert.equal(ear.ends, 1);
  });
});

async function quietCall(asterisk, app) {
  const ref = randomUUID();
  const near = [`AudioSocket(${ref},${app.where})`];
  const call = await asterisk.call({ near, far: QUIET_CALLER });
  const ear = await app.ear(ref);
  await call.ended();
  await ear.ended();
  return ear;
}

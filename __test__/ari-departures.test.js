"use strict";

/** What becomes of the listeners of channels that have left, of whose end Asterisk says nothing. */

const assert = require("node:assert/strict");
const { mock, test } = require("node:test");
const { Audience } = require("../lib/ari/audience.js");
const { Departures } = require("../lib/ari/departures.js");

const MINUTE = 60_000;

test("channels that are gone are forgotten, others are asked for again", async (t) => {
  const { departures, forgotten, channels, pass, asked } = swept(t);
  channels.add("b");
  ["a", "b"].forEach((id) => departures.add(id));
  await pass(MINUTE / 2);
  assert.deepEqual(forgotten, ["a"]);
  channels.delete("b");
  await pass(MINUTE / 2);
  assert.deepEqual(forgotten, ["a", "b"]);
  await pass(10 * MINUTE);
  assert.equal(asked(), 2);
});

test("a channel whose end was heard of is not asked for", async (t) => {
  const { departures, forgotten, pass, asked } = swept(t);
  departures.add("a");
  departures.delete("a");
  await pass(MINUTE);
  assert.deepEqual([forgotten, asked()], [[], 0]);
});

test("an Asterisk that does not answer forgets nobody, and is asked again", async (t) => {
  const { departures, forgotten, pass, fail } = swept(t);
  departures.add("a");
  fail(true);
  await pass(MINUTE);
  assert.deepEqual(forgotten, []);
  fail(false);
  await pass(MINUTE);
  assert.deepEqual(forgotten, ["a"]);
});

test("closed, all are forgotten at once, and nobody is asked", async (t) => {
  const { departures, forgotten, pass, asked } = swept(t);
  departures.add("a");
  departures.close();
  await pass(10 * MINUTE);
  assert.deepEqual([forgotten, asked()], [["a"], 0]);
});

test("an audience keeps nothing of objects that nobody listens to", () => {
  const audience = new Audience();
  const heard = [];
  const hear = (value) => heard.push(value);
  audience.once("a", "x", hear);
  audience.on("b", "x", hear);
  audience.on("c", "x", hear);
  audience.on("c", "y", hear);
  audience.emit("a", "x", 1);
  audience.emit("a", "x", 2);
  audience.remove("b", "x", hear);
  audience.removeAll("c", "x");
  assert.deepEqual([audience.size, audience.has("c")], [1, true]);
  audience.removeAll("c");
  assert.deepEqual([audience.size, heard], [0, [1]]);
});

function swept(t) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const channels = new Set();
  const forgotten = [];
  let count = 0;
  let isAway = false;
  const list = async () => {
    count += 1;
    if (isAway) {
      throw new Error("away");
    }
    return [...channels];
  };
  const departures = new Departures({ list, forget: (id) => forgotten.push(id) });
  const pass = async (ms) => {
    mock.timers.tick(ms);
    await new Promise(setImmediate);
  };
  return { departures, forgotten, channels, pass, asked: () => count, fail: (value) => (isAway = value) };
}

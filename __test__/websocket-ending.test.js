"use strict";

/** How a call over chan_websocket ends, with a scripted Asterisk. */

const assert = require("node:assert/strict");
const { once } = require("node:events");
const { test } = require("node:test");
const { setTimeout } = require("node:timers/promises");
const WebSocket = require("ws");
const { WebSocketAudio } = require("..");

const START = "MEDIA_START connection_id:c channel:c/1 channel_id:1.1 format:slin optimal_frame_size:320 ptime:20";
const FRAME = Buffer.alloc(320, 1);

test("a call whose peer says nothing after its first message goes on", async (t) => {
  const { res } = await place(t, { handshakeTimeout: 200 });
  await setTimeout(500);
  const ended = once(res, "end");
  assert.ok(res.write(FRAME));
  res.hangup();
  await ended;
});

test("a call that is hung up is told so and closed, at once", async (t) => {
  for (let turn = 0; turn < 10; turn++) {
    const { asterisk, res, texts } = await place(t);
    const start = performance.now();
    res.hangup();
    const [code] = await once(asterisk, "close");
    assert.deepEqual([code, texts], [1000, ["HANGUP"]]);
    assert.ok(performance.now() - start < 500);
  }
});

test("a call that is to be heard to its end waits for Asterisk to have played it", async (t) => {
  const { asterisk, res, texts, marks } = await place(t);
  const closed = once(asterisk, "close");
  res.write(FRAME);
  res.mark("said");
  res.hangup({ drain: true });
  const last = await answered(asterisk, /^MARK_MEDIA 4294967295$/);
  assert.deepEqual(marks, []);
  const mine = texts.find((text) => text.startsWith("MARK_MEDIA"));
  asterisk.send(mine.replace("MARK_MEDIA", "MEDIA_MARK_PROCESSED"));
  asterisk.send(last.replace("MARK_MEDIA", "MEDIA_MARK_PROCESSED"));
  await closed;
  assert.equal(texts.at(-1), "HANGUP");
  assert.deepEqual(marks, ["said"]);
});

test("an Asterisk that does not tell is not waited for long", async (t) => {
  const { asterisk, res, texts, marks } = await place(t);
  const start = performance.now();
  res.write(FRAME);
  res.mark("said");
  res.hangup({ drain: true });
  await once(asterisk, "close");
  assert.ok(performance.now() - start < 1500);
  assert.equal(texts.at(-1), "HANGUP");
  assert.deepEqual(marks, ["said cleared"]);
});

test("a call that said nothing does not wait to be heard", async (t) => {
  const { asterisk, res, texts } = await place(t);
  res.hangup({ drain: true });
  await once(asterisk, "close");
  assert.deepEqual(texts, ["HANGUP"]);
});

test("marks are cleared in the order in which they were set, by whomever they wait", async (t) => {
  const { asterisk, res, marks } = await place(t);
  res.mark("one");
  await answered(asterisk, /^MARK_MEDIA/);
  res.write(Buffer.alloc(320 * 100, 1));
  res.mark("two");
  res.clear();
  res.hangup();
  await once(asterisk, "close");
  assert.deepEqual(marks, ["one cleared", "two cleared"]);
});

/** A call of a scripted Asterisk that has begun: `{ asterisk, res, texts, marks }`. */
async function place(t, options) {
  const server = new WebSocketAudio({ dialect: "chan_websocket", ...options });
  t.after(() => server.close());
  const arrived = new Promise((resolve) => server.onConnection((req, res) => resolve(res)));
  server.listen(0, "127.0.0.1");
  const asterisk = new WebSocket(`ws://127.0.0.1:${server.address().port}/`, "media");
  const texts = [];
  asterisk.on("message", (data, isBinary) => isBinary || texts.push(String(data)));
  await once(asterisk, "open");
  asterisk.send(START);
  const res = await arrived;
  const marks = [];
  res.on("mark", (name, { cleared }) => marks.push(cleared ? `${name} cleared` : name));
  return { asterisk, res, texts, marks };
}

/** The text that comes and matches. */
async function answered(asterisk, pattern) {
  for (;;) {
    const [data, isBinary] = await once(asterisk, "message");
    if (!isBinary && pattern.test(String(data))) {
      return String(data);
    }
  }
}

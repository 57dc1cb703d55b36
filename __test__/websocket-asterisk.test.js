"use strict";

/** Asterisk's chan_websocket as the sender: MEDIA_START first, control as text, audio both ways. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { noise } = require("./support/call.js");
const { eventually } = require("./support/wait.js");
const { dial, mediaStart, serve, tone } = require("./support/websocket.js");

const jsonStart = (fields) =>
  JSON.stringify({
    event: "MEDIA_START",
    connection_id: "c1",
    channel: "WebSocket/x/0x1",
    channel_id: "1700000000.1",
    format: "slin",
    optimal_frame_size: 320,
    ptime: 20,
    channel_variables: { DIALSTATUS: "ANSWER" },
    ...fields
  });

async function asterisk(t, start = mediaStart(), options = {}) {
  const served = serve(t, options);
  const sender = await dial(t, served.url, ["media"]);
  sender.send(start);
  return { ...served, sender, ...(await served.call()) };
}

test("a call begins with MEDIA_START, which tells all there is to know", async (t) => {
  const { req, res, sender } = await asterisk(t, mediaStart({ format: "slin16", optimal_frame_size: 640 }));
  assert.equal(sender.socket.protocol, "media");
  assert.equal(sender.socket.extensions, "");
  assert.deepEqual([req.dialect, req.ref, req.channel, req.channelId], ["chan_websocket", "c1", "WebSocket/x/0x1", "1700000000.1"]);
  assert.deepEqual([req.sampleRate, res.sampleRate], [16000, 16000]);
  const { audio, text, dtmf, mark, clear, clearAtFarEnd, answer, sendDtmf } = res.capabilities;
  assert.deepEqual({ audio, text, dtmf, mark, clear, clearAtFarEnd, answer, sendDtmf }, {
    audio: true, text: false, dtmf: true, mark: true, clear: true, clearAtFarEnd: true, answer: true, sendDtmf: false
  });
  assert.throws(() => res.send("x"), { code: "ERR_NOT_SUPPORTED" });
});

test("a JSON MEDIA_START tells the channel's variables, and is answered in JSON", async (t) => {
  const { req, res, sender } = await asterisk(t, jsonStart());
  assert.deepEqual(req.variables, { DIALSTATUS: "ANSWER" });
  assert.equal(req.metadata.event, "MEDIA_START");
  res.answer();
  assert.deepEqual(JSON.parse(await sender.text()), { command: "ANSWER" });
});

test("no extension is answered where the option says so, for Asterisk would give up", async (t) => {
  const { url, call } = serve(t, { deflate: false });
  const sender = await dial(t, url, ["media"], { perMessageDeflate: true });
  assert.equal(sender.socket.extensions, "");
  sender.send(mediaStart());
  await call();
});

test("audio that comes before MEDIA_START is heard after it", async (t) => {
  const { url, call } = serve(t, {});
  const sender = await dial(t, url, ["media"]);
  const pcm = noise(640);
  sender.send(pcm.subarray(0, 320));
  sender.send(mediaStart());
  sender.send(pcm.subarray(320));
  const { ear } = await call();
  assert.deepEqual(await ear.bytes(640), pcm);
});

describe("the channel's format", () => {
  test("may be ulaw: it is heard and sent as linear audio", async (t) => {
    const { sender, res, ear } = await asterisk(t, mediaStart({ format: "ulaw", optimal_frame_size: 160 }));
    sender.send(Buffer.alloc(160, 0xff));
    assert.deepEqual(await ear.bytes(320), Buffer.alloc(320));
    res.write(Buffer.alloc(320));
    assert.deepEqual(await sender.heard(160), Buffer.alloc(160, 0xff));
  });

  test("that is none of ours is refused, and told", async (t) => {
    const { url, dropped } = serve(t, {});
    const sender = await dial(t, url, ["media"]);
    sender.send(mediaStart({ format: "opus" }));
    await dropped("ERR_UNSUPPORTED_FORMAT");
    assert.equal((await sender.closed()).code, 1003);
  });

  test("must come first", async (t) => {
    const { url, dropped } = serve(t, {});
    const sender = await dial(t, url, ["media"]);
    sender.send("hello");
    await dropped("ERR_FIRST_MESSAGE");
    await sender.closed();
  });

  test("must come at all, within the handshake's time", async (t) => {
    const { url, dropped } = serve(t, { handshakeTimeout: 300 });
    await dial(t, url, ["media"]);
    await dropped("ERR_HANDSHAKE_TIMEOUT");
  });
});

test("whole frames leave, whatever is written", async (t) => {
  const { sender, res } = await asterisk(t);
  res.write(tone(240));
  await sender.heard(640);
  assert.ok(sender.messages.every((message) => message.length === 320));
  assert.deepEqual(sender.audio().subarray(0, 480), tone(240));
});

test("XOFF holds the audio until XON, and nothing is lost", async (t) => {
  const { sender, res } = await asterisk(t);
  const playing = res.play(tone(8000), { format: { sampleRate: 8000 } });
  await sender.heard(1600);
  sender.send("MEDIA_XOFF channel_id:1");
  await new Promise((resolve) => setTimeout(resolve, 100));
  const held = sender.audio().length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.ok(sender.audio().length - held <= 320, "it was held");
  sender.send("MEDIA_XON channel_id:1");
  const { completed } = await playing;
  assert.equal(completed, true);
  const late = res.stats().lateFrames * 320;
  await sender.heard(16000 - late);
});

test("clear() flushes Asterisk's queue, with its marks, and what is written next is heard", async (t) => {
  const { sender, res, ear } = await asterisk(t);
  res.write(tone(800));
  res.mark("a");
  await eventually(() => sender.texts().some((text) => text.startsWith("MARK_MEDIA")));
  res.clear();
  await eventually(() => sender.texts().includes("FLUSH_MEDIA"));
  assert.equal(await ear.next("mark"), "a");
  assert.deepEqual(ear.events.find(([event]) => event === "mark")[2], { cleared: true });
  const before = sender.audio().length;
  res.write(tone(160));
  await sender.heard(before + 320);
});

test("a mark is passed when Asterisk says so", async (t) => {
  const { sender, res, ear } = await asterisk(t);
  res.write(tone(160));
  res.mark("sentence");
  const order = await sender.text();
  assert.match(order, /^MARK_MEDIA \d+$/);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual(ear.of("mark"), []);
  sender.send(`MEDIA_MARK_PROCESSED correlation_id:${order.split(" ")[1]}`);
  sender.send(`MEDIA_MARK_PROCESSED ${order.split(" ")[1]}`);
  assert.equal(await ear.next("mark"), "sentence");
  assert.equal(ear.of("mark").length, 1);
});

test("keys, other events and errors of Asterisk's are told", async (t) => {
  const { sender, ear } = await asterisk(t);
  sender.send("DTMF_END channel_id:1 digit:#");
  sender.send("STATUS queue_length:3");
  sender.send("ERROR channel_id:1 error_text:no such command");
  assert.equal(await ear.next("dtmf"), "#");
  assert.equal(await ear.next("message"), "STATUS queue_length:3");
  assert.equal((await ear.next("warning")).code, "ERR_FAR_END");
});

test("hangup() says HANGUP and closes; answer() says ANSWER", async (t) => {
  const { sender, res, ear } = await asterisk(t);
  res.answer();
  assert.equal(await sender.text(), "ANSWER");
  res.hangup();
  assert.equal((await sender.closed()).code, 1000);
  assert.equal(sender.texts().at(-1), "HANGUP");
  await ear.next("end");
  res.answer();
});

"use strict";

/** FreeSWITCH as the sender: mod_audio_stream, and mod_audio_fork of drachtio and jambonz. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { noise } = require("./support/call.js");
const { eventually } = require("./support/wait.js");
const { Opcode, dial, frame, raw, refused, serve, tone } = require("./support/websocket.js");

describe("mod_audio_stream", () => {
  test("says its metadata first, then audio; text goes both ways", async (t) => {
    const { url, call } = serve(t, {});
    const sender = await dial(t, `${url}/stream`);
    sender.send({ uuid: "40325ec2-5efd-4bd3-805f-53576e581d13", tenant: 7 });
    const { req, res, ear } = await call();
    assert.equal(req.dialect, "mod_audio_stream");
    assert.deepEqual(req.metadata, { uuid: "40325ec2-5efd-4bd3-805f-53576e581d13", tenant: 7 });
    assert.equal(req.ref, "40325ec2-5efd-4bd3-805f-53576e581d13");
    const pcm = noise(1000);
    sender.send(pcm.subarray(0, 320));
    sender.send(pcm.subarray(320, 747));
    sender.send(pcm.subarray(747));
    assert.deepEqual(await ear.bytes(1000), pcm);
    sender.send("plain text");
    sender.send({ json: [1] });
    await eventually(() => ear.of("message").length === 2);
    assert.deepEqual(ear.of("message"), ["plain text", { json: [1] }]);
    assert.equal(res.send({ do: "this" }), true);
    assert.equal(res.send("and that"), true);
    assert.equal(await sender.text(1), "and that");
    assert.deepEqual(JSON.parse(await sender.text(0)), { do: "this" });
    assert.throws(() => res.send(undefined), { code: "ERR_INVALID_ARG_TYPE" });
  });

  test("may say no metadata: the first audio begins the call, with nothing lost", async (t) => {
    const { url, call } = serve(t, {});
    const sender = await dial(t, url);
    sender.send(tone(160));
    const { req, ear } = await call();
    assert.equal(req.metadata, null);
    assert.match(req.ref, /^[0-9a-f-]{36}$/);
    assert.deepEqual(await ear.bytes(320), tone(160));
  });

  test("may send its metadata behind audio, which is kept", async (t) => {
    const { url, call } = serve(t, {});
    const sender = await dial(t, url);
    const pcm = noise(36 * 320);
    for (let start = 0; start < pcm.length; start += 320) {
      sender.send(pcm.subarray(start, start + 320));
    }
    setTimeout(() => sender.send('{"tenant":7,"callId":"c1"}'), 66);
    const { req, ear } = await call();
    assert.deepEqual(req.metadata, { tenant: 7, callId: "c1" });
    assert.equal(req.ref, "c1");
    assert.deepEqual(await ear.bytes(pcm.length), pcm);
    assert.deepEqual(ear.of("message"), []);
  });

  test("is not waited for where metadataWait is 0", async (t) => {
    const { url, call } = serve(t, { metadataWait: 0 });
    const sender = await dial(t, url);
    sender.send(tone(160));
    sender.send("late");
    const { req, ear } = await call();
    assert.equal(req.metadata, null);
    await eventually(() => ear.of("message").length === 1);
  });

  for (const query of ["sampleRate=64000", "sampleRate=16k", "sampleRate=", "channels=3"]) {
    test(`is refused where its URL says ${query}, unless the option says what holds`, async (t) => {
      const format = { sampleRate: 16000, channels: 2 };
      const { url, call } = serve(t, { paths: { "/asked": {}, "/told": { format } } });
      const { status, body } = await refused(`${url}/asked?${query}`);
      assert.equal(status, 400);
      assert.match(body, /has to be/);
      const sender = await dial(t, `${url}/told?${query}`);
      sender.send("{}");
      assert.deepEqual((await call()).req.channels, 2);
    });
  }

  test("may say nothing at all, and is a call after a second", async (t) => {
    const { url, call } = serve(t, {});
    await dial(t, url);
    assert.equal((await call()).req.dialect, "mod_audio_stream");
  });

  test("has a handshake without a space after its colons", async (t) => {
    const { port, call } = serve(t, { deflate: true });
    const headers = [["Authorization", "Bearer abc"], ["Sec-WebSocket-Extensions", "permessage-deflate;client_max_window_bits"]];
    const peer = await raw(t, port, { colon: ":", headers, path: "/x" });
    assert.match(peer.head, /^HTTP\/1\.1 101 /);
    assert.ok(peer.head.includes(peer.accept));
    assert.match(peer.head, /permessage-deflate/);
    peer.socket.write(frame(Opcode.BINARY, tone(160)));
    const { req, ear } = await call();
    assert.equal(req.headers.authorization, "Bearer abc");
    assert.deepEqual(await ear.bytes(320), tone(160));
  });

  for (const deflate of [true, false]) {
    test(`is heard with permessage-deflate ${deflate ? "on" : "refused"}`, async (t) => {
      const { url, call } = serve(t, { deflate });
      const sender = await dial(t, url, [], { perMessageDeflate: { threshold: 0 } });
      assert.equal(sender.socket.extensions.includes("permessage-deflate"), deflate);
      sender.send({ m: 1 });
      const { req, res, ear } = await call();
      assert.deepEqual(req.metadata, { m: 1 });
      const pcm = noise(6400);
      sender.send(pcm);
      assert.deepEqual(await ear.bytes(6400), pcm);
      res.send("x".repeat(1000));
      assert.equal(await sender.text(), "x".repeat(1000));
    });
  }

  for (const sampleRate of [8000, 16000, 48000]) {
    test(`at ${sampleRate} Hz, as the URL or the option says`, async (t) => {
      const { url, call } = serve(t, { paths: { "/told": { format: { sampleRate } }, "/asked": {} } });
      for (const path of ["/told", `/asked?sampleRate=${sampleRate}`]) {
        const sender = await dial(t, url + path);
        sender.send(tone(sampleRate / 50));
        const { req, res, ear } = await call();
        assert.deepEqual([req.sampleRate, res.sampleRate], [sampleRate, sampleRate]);
        await ear.bytes(sampleRate / 25);
      }
    });
  }

  for (const [playback, kind] of [["json", "raw"], ["wav", "wav"]]) {
    test(`is given audio as streamAudio (${kind}), a chunk at a time`, async (t) => {
      const { url, call } = serve(t, { playback, chunkMs: 100 });
      const sender = await dial(t, url);
      sender.send("{}");
      const { res } = await call();
      const pcm = tone(8000 * 0.25);
      const { completed } = await res.play(pcm, { format: { sampleRate: 8000 } });
      assert.equal(completed, true);
      await eventually(() => sender.texts().length === 3);
      const messages = sender.texts().map((text) => JSON.parse(text));
      assert.ok(messages.every(({ type, data }) => type === "streamAudio" && data.audioDataType === kind));
      assert.ok(messages.every(({ data }) => data.sampleRate === 8000));
      const pieces = messages.map(({ data }) => Buffer.from(data.audioData, "base64"));
      const header = kind === "wav" ? 44 : 0;
      assert.deepEqual(Buffer.concat(pieces.map((piece) => piece.subarray(header))), pcm);
      assert.ok(kind !== "wav" || pieces.every((piece) => piece.toString("latin1", 0, 4) === "RIFF"));
    });
  }

  test("is given audio as binary where that is set, in real time and whole", async (t) => {
    const { url, call } = serve(t, { playback: "binary" });
    const sender = await dial(t, url);
    sender.send("{}");
    const { res } = await call();
    const begun = performance.now();
    await res.play(tone(2400), { format: { sampleRate: 8000 } });
    assert.ok(performance.now() - begun > 200);
    assert.deepEqual(await sender.heard(4800), tone(2400));
    assert.ok(sender.messages.every((message) => message.length === 320));
  });

  test("is told what was written before a hang-up that drains", async (t) => {
    const { url, call } = serve(t, {});
    const sender = await dial(t, url);
    sender.send("{}");
    const { res, ear } = await call();
    res.write(tone(1600));
    res.hangup({ drain: true });
    assert.equal((await sender.closed()).code, 1000);
    const pieces = sender.texts().map((text) => Buffer.from(JSON.parse(text).data.audioData, "base64"));
    assert.deepEqual(Buffer.concat(pieces), tone(1600));
    await ear.next("end");
    assert.equal(res.send("late"), false);
    assert.equal(res.write(tone(160)), false);
  });

  test("with a rate that raw JSON cannot have is warned of once, and the call goes on", async (t) => {
    const { url, call } = serve(t, { format: { sampleRate: 44100 } });
    const sender = await dial(t, url);
    sender.send("{}");
    const { res, ear } = await call();
    await res.play(tone(4410 * 2), { format: { sampleRate: 44100 } });
    assert.deepEqual(ear.of("warning").map(({ code }) => code), ["ERR_SAMPLE_RATE"]);
    sender.send("still there");
    assert.equal(await ear.next("message"), "still there");
  });

  test("more text than can wait throws, and nothing is lost of what was taken", async (t) => {
    const { url, call } = serve(t, {});
    const sender = await dial(t, url);
    sender.send("{}");
    const { res } = await call();
    let taken = 0;
    assert.throws(() => {
      for (;;) {
        res.send(`${taken}`);
        taken += 1;
      }
    }, { code: "ERR_OUTBOUND_FULL" });
    assert.ok(taken >= 200, `${taken} were taken`);
    await eventually(() => sender.texts().length === taken);
    assert.deepEqual(sender.texts(), Array.from({ length: taken }, (_, index) => `${index}`));
  });
});

describe("mod_audio_fork", () => {
  async function fork(t, options) {
    const served = serve(t, { playback: "binary", ...options });
    const sender = await dial(t, served.url, ["audio.drachtio.org"]);
    assert.equal(sender.socket.protocol, "audio.drachtio.org");
    sender.send({ callSid: "sid-1", from: "+49" });
    return { ...served, sender, ...(await served.call()) };
  }

  test("is known by its subprotocol, and says its metadata first", async (t) => {
    const { req, res } = await fork(t);
    assert.deepEqual([req.dialect, req.ref], ["mod_audio_fork", "sid-1"]);
    assert.deepEqual(req.metadata, { callSid: "sid-1", from: "+49" });
    const { mark, clear, clearAtFarEnd, dtmf, answer } = res.capabilities;
    assert.deepEqual([mark, clear, clearAtFarEnd, dtmf, answer], [true, true, true, true, false]);
  });

  test("is given audio as playAudio where that is set", async (t) => {
    const { sender, res } = await fork(t, { playback: "json", chunkMs: 100 });
    await res.play(tone(800), { format: { sampleRate: 8000 } });
    const { type, data } = JSON.parse(await sender.text());
    assert.deepEqual([type, data.audioContentType, data.sampleRate], ["playAudio", "raw", 8000]);
    assert.deepEqual(Buffer.from(data.audioContent, "base64"), tone(800));
  });

  test("tells when a mark is heard", async (t) => {
    const { sender, res, ear } = await fork(t);
    res.write(tone(160));
    res.mark("first");
    const { type, data } = JSON.parse(await sender.text());
    assert.equal(type, "mark");
    assert.deepEqual(ear.of("mark"), []);
    sender.send({ type: "mark", data: { name: data.name, event: "playout" } });
    assert.equal(await ear.next("mark"), "first");
    assert.deepEqual(ear.events.find(([event]) => event === "mark")[2], { cleared: false });
  });

  test("that plays JSON answers no mark: it is passed when what is before it has left", async (t) => {
    const { sender, res, ear } = await fork(t, { playback: "json" });
    assert.equal(res.capabilities.mark, false);
    res.write(tone(1600));
    res.mark("left");
    assert.equal(await ear.next("mark"), "left");
    assert.deepEqual(ear.events.find(([event]) => event === "mark")[2], { cleared: false });
    assert.ok(sender.texts().every((text) => JSON.parse(text).type === "playAudio"));
  });

  test("drops what it plays on clear(): killAudio and clearMarks, and the marks are told", async (t) => {
    const { sender, res, ear } = await fork(t);
    res.write(tone(160));
    res.mark("cut");
    await sender.text();
    res.clear();
    assert.equal(JSON.parse(await sender.text(1)).type, "killAudio");
    assert.equal(JSON.parse(await sender.text(2)).type, "clearMarks");
    assert.equal(await ear.next("mark"), "cut");
    assert.deepEqual(ear.events.find(([event]) => event === "mark")[2], { cleared: true });
  });

  test("is told disconnect on hangup(), and the connection is closed", async (t) => {
    const { sender, res, ear } = await fork(t);
    res.hangup();
    assert.deepEqual(await sender.closed(), { code: 1000, reason: "" });
    assert.equal(JSON.parse(sender.texts().at(-1)).type, "disconnect");
    await ear.next("end");
  });

  test("tells of keys as jambonz does, and of other text", async (t) => {
    const { sender, ear } = await fork(t);
    sender.send({ event: "dtmf", dtmf: "5", duration: "1600" });
    sender.send({ event: "other" });
    assert.equal(await ear.next("dtmf"), "5");
    assert.deepEqual(await ear.next("message"), { event: "other" });
  });
});

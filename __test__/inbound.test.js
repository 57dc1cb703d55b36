"use strict";

/** What the peer says, as the handler hears it. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { RATES, audio, call, dtmf, everyCut, frame, id, pieces, silence, tone } = require("./support/peer.js");
const { answering, assertAudio, assertHeard, hear, serve } = require("./support/serve.js");
const { chooseSeed, randomSource } = require("./support/random.js");
const { eventually, once } = require("./support/wait.js");

describe("frames are delivered the same", () => {
  const script = [
    ["data", tone(1)],
    ["dtmf", "1"],
    ["data", tone(-2, 20, 16000)],
    ["dtmf", "#"],
    ["data", Buffer.from([3, 4])]
  ];
  const bytes = Buffer.concat([
    audio(tone(1)),
    dtmf("1"),
    audio(tone(-2, 20, 16000), 0x12),
    dtmf("#"),
    audio(Buffer.from([3, 4]))
  ]);

  test("in one piece with the UUID", async (t) => {
    const { port, ear } = await earOfNext(t);
    const peer = call(port).send(bytes);
    t.after(() => peer.destroy());
    const { events } = await ear(script.length);
    assertHeard(events, script);
  });

  test("a byte at a time", async (t) => {
    const { peer, ear } = await answering(t).place();
    await peer.sendPieces(pieces(bytes, () => 1));
    await eventually(() => ear.events.length >= script.length);
    assertHeard(ear.events, script);
  });

  test("in two pieces, wherever they are cut", async (t) => {
    const short = [["data", Buffer.from([1, 2, 3, 4])], ...script.slice(1, 2), ...script.slice(3)];
    const whole = Buffer.concat([
      audio(Buffer.from([1, 2, 3, 4])),
      dtmf("1"),
      dtmf("#"),
      audio(Buffer.from([3, 4]))
    ]);
    const { place } = answering(t);
    for (const cut of everyCut(whole)) {
      const { peer, ear } = await place();
      await peer.sendPieces(cut);
      await eventually(() => ear.events.length >= short.length);
      assertHeard(ear.events, short, `cut at ${cut[0].length}`);
    }
  });

  test("by a hundred calls at once, cut and run together at random", async (t) => {
    const seed = chooseSeed();
    t.diagnostic(`TEST_SEED=${seed}`);
    const random = randomSource(seed);
    const { place } = answering(t, { inboundLimit: 3600 });
    const calls = await Promise.all(Array.from({ length: 100 }, place));
    const scripts = calls.map(() => randomScript(random));
    await Promise.all(calls.map(({ peer }, index) => sendAtRandom(peer, scripts[index], random)));

    for (const [index, { res, ear }] of calls.entries()) {
      const { events } = scripts[index];
      await eventually(() => ear.events.length >= events.length);
      assertHeard(ear.events, events, `call ${index}, TEST_SEED=${seed}`);
      assert.equal(res.stats().droppedFramesIn, 0);
    }
  });

  /** The next call of a server, and what was heard on it after so many events. */
  async function earOfNext(t) {
    let ear = null;
    const server = serve(t, (req, res) => {
      ear = hear(res);
    });
    const heard = (count) => eventually(() => ear?.events.length >= count && ear);
    return { port: server.address().port, ear: heard };
  }

  function randomScript(random) {
    const longest = [1, 5, 100, 1500, 30_000][random(0, 4)];
    const [count, samples] = longest < 100 ? [20, 20] : [150, 800];
    const events = Array.from({ length: count }, () =>
      random(1, 12) === 1
        ? ["dtmf", "0123456789*#ABCD"[random(0, 15)]]
        : ["data", Buffer.from(Array.from({ length: 2 * random(1, samples) }, () => random(0, 255)))]
    );
    const frames = events.map(([name, said]) => (name === "dtmf" ? dtmf(said) : audio(said)));
    return { events, bytes: Buffer.concat(frames), longest };
  }

  async function sendAtRandom(peer, { bytes: said, longest }, random) {
    for (const piece of pieces(said, () => random(1, longest))) {
      peer.send(piece);
      if (random(0, 2) === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await peer.flushed();
  }

  test("however long they are", async (t) => {
    const { peer, ear } = await answering(t, { inboundLimit: 3600 }).place();
    const said = [2, 65_534, 4, 65_534, 65_534, 2].map((length, index) => Buffer.alloc(length, index + 1));
    peer.send(...said.map((pcm) => audio(pcm)));
    await eventually(() => ear.events.length >= said.length);
    assertAudio(ear, said);
  });
});

describe("silence", () => {
  test("with a payload is that audio; without one it is 20 ms of zeros at the call's rate", async (t) => {
    const { peer, ear } = await answering(t).place();
    const wide = tone(2, 20, 16000);
    peer.send(silence(), silence(tone(1)), audio(wide, 0x12), silence());
    await eventually(() => ear.events.length >= 4);
    assertAudio(ear, [Buffer.alloc(320), tone(1), wide, Buffer.alloc(640)]);
  });

  test("is of the rate that an option gives, while the peer has said no other", async (t) => {
    const { peer, res, ear } = await answering(t, { sampleRate: 24000 }).place();
    assert.equal(res.sampleRate, 24000);
    peer.send(silence());
    await eventually(() => ear.events.length >= 1);
    assertAudio(ear, [Buffer.alloc(960)]);
  });
});

test("every key is heard, in order, between the audio", async (t) => {
  const { peer, res, ear } = await answering(t).place();
  const more = [];
  assert.equal(res.onDtmf((digit) => more.push(digit)), res);
  const keys = [..."1234567890*#ABCD"];
  peer.send(...keys.flatMap((key, index) => [dtmf(key), audio(tone(index))]));
  await eventually(() => ear.events.length >= 2 * keys.length);
  assertHeard(ear.events, keys.flatMap((key, index) => [["dtmf", key], ["data", tone(index)]]));
  assert.deepEqual(more, keys);
});

describe("a frame that is wrong is warned of and counted, and the call goes on:", () => {
  const faults = {
    "of a kind that nobody knows": [frame(0x42, tone(1)), "ERR_UNKNOWN_KIND", "unknownKinds"],
    "of a kind that nobody knows, without a payload": [frame(0x19), "ERR_UNKNOWN_KIND", "unknownKinds"],
    "of a kind that nobody knows, as long as can be": [
      frame(0xfe, Buffer.alloc(65_535, 0x10)),
      "ERR_UNKNOWN_KIND",
      "unknownKinds"
    ],
    "audio without a byte": [audio(Buffer.alloc(0)), "ERR_EMPTY_AUDIO", "malformed"],
    "a key of no byte": [dtmf(""), "ERR_DTMF_LENGTH", "malformed"],
    "a key of two bytes": [dtmf("12"), "ERR_DTMF_LENGTH", "malformed"],
    "a key that is none": [dtmf("x"), "ERR_DTMF_DIGIT", "malformed"],
    "a second UUID": [id(), "ERR_REPEATED_ID", "malformed"],
    "a UUID of the wrong length": [frame(0x01, Buffer.alloc(15)), "ERR_ID_LENGTH", "malformed"]
  };
  for (const [what, [wrong, code, counter]] of Object.entries(faults)) {
    test(what, async (t) => {
      const { peer, res, ear } = await answering(t).place();
      peer.send(audio(tone(1)), wrong, audio(tone(2)), wrong, dtmf("5"));
      await eventually(() => ear.digits() === "5");
      assertAudio(ear, [tone(1), tone(2)]);
      assert.deepEqual(ear.names().slice(0, 3), ["data", "warning", "data"]);
      const [warning] = ear.of("warning");
      assert.ok(warning instanceof Error);
      assert.equal(warning.code, code);
      assert.notEqual(warning.message, "");
      const { unknownKinds, malformed } = res.stats();
      assert.deepEqual({ unknownKinds: 0, malformed: 0, [counter]: 2 }, { unknownKinds, malformed });
      assert.equal(res.stats().framesIn, 2);
    });
  }

  test("audio with half a sample, of which the whole samples are heard", async (t) => {
    const { peer, res, ear } = await answering(t).place();
    peer.send(audio(Buffer.from([1, 2, 3, 4, 5])), dtmf("5"));
    await eventually(() => ear.digits() === "5");
    assertAudio(ear, [Buffer.from([1, 2, 3, 4])]);
    assert.deepEqual(ear.of("warning").map(({ code }) => code), ["ERR_ODD_AUDIO"]);
    assert.equal(res.stats().malformed, 1);
  });

  test("nobody need listen to warnings", async (t) => {
    const heard = [];
    const server = serve(t, (req, res) => res.on("dtmf", (digit) => heard.push(digit)));
    const peer = call(server.address().port).send(frame(0x42), audio(Buffer.alloc(0)), dtmf("5"));
    t.after(() => peer.destroy());
    await eventually(() => heard.length > 0);
    assert.equal(server.metrics().unhandledErrors, 0);
  });
});

describe("a data Buffer", () => {
  test("stays as it is for as long as it is held", async (t) => {
    const { peer, ear } = await answering(t, { inboundLimit: 3600 }).place();
    const random = randomSource(1);
    const said = Array.from({ length: 3000 }, () => Buffer.alloc(320, random(0, 255)));
    for (let from = 0; from < said.length; from += 100) {
      peer.send(...said.slice(from, from + 100).map((pcm) => audio(pcm)));
      await peer.flushed();
    }
    await eventually(() => ear.events.length >= said.length);
    assertAudio(ear, said);
  });

  test("is seen through typed arrays, whatever the length of what came before", async (t) => {
    const { peer, ear } = await answering(t).place();
    const lengths = [2, 6, 320, 10, 4, 14, 2, 318, 8];
    peer.send(...lengths.flatMap((length, index) => [audio(tone(index, length / 16)), dtmf("1")]));
    await eventually(() => ear.events.length >= 2 * lengths.length);
    for (const [index, pcm] of ear.of("data").entries()) {
      assert.ok(Buffer.isBuffer(pcm));
      assert.equal(pcm.byteOffset % 8, 0);
      const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
      assert.deepEqual([...samples], Array(lengths[index] / 2).fill(index));
    }
  });

  test("is the listener's own: writing to one changes no other", async (t) => {
    const { peer, res, ear } = await answering(t).place();
    res.on("data", (pcm) => pcm.fill(0xee));
    peer.send(audio(tone(1)), audio(tone(2)), audio(tone(3)), dtmf("1"));
    await once(res, "dtmf");
    assertAudio(ear, Array(3).fill(Buffer.alloc(320, 0xee)));
  });
});

test("sampleRate is that of the audio being heard, for every kind of audio", async (t) => {
  const { peer, res } = await answering(t).place();
  const heard = [];
  res.on("data", ({ length }) => heard.push([res.sampleRate, length]));
  assert.equal(res.sampleRate, 8000);
  const kinds = [...Object.entries(RATES), ["16", 8000]];
  peer.send(...kinds.map(([kind, rate]) => audio(tone(1, 20, rate), Number(kind))));
  await eventually(() => heard.length >= kinds.length);
  assert.deepEqual(heard, kinds.map(([, rate]) => [rate, (rate * 2) / 50]));
});

"use strict";

/** Audio that JavaScript does not take at once: before anyone listens, and while it is stuck. */

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const path = require("node:path");
const { describe, test } = require("node:test");
const { Worker } = require("node:worker_threads");
const { audio, call, dtmf, error, hangup, tone } = require("./support/peer.js");
const { answering, assertAudio, assertHeard, busyCall, caughtUp, hear, serve } = require("./support/serve.js");
const { eventually, once } = require("./support/wait.js");

/** 20 ms frames, each of another sample value, from `first` on. */
function tones(count, first = 1, rate = 8000) {
  return Array.from({ length: count }, (_, index) => tone(first + index, 20, rate));
}

/** The server has read all `count` frames of audio. */
async function heardOf(res, count) {
  await eventually(() => res.stats().framesIn >= count);
  assert.equal(res.stats().framesIn, count);
}

describe("before anyone listens to data", () => {
  test("audio is held, and delivered in order to who listens after an await", async (t) => {
    const { peer, res, proceed } = await busyCall(t);
    const said = tones(10);
    peer.send(...said.slice(0, 8).map((pcm) => audio(pcm)));
    await heardOf(res, 8);
    const ear = hear(res);
    proceed();
    peer.send(...said.slice(8).map((pcm) => audio(pcm)));
    await eventually(() => ear.events.length >= 10);
    assertAudio(ear, said);
  });

  test("audio is held also where the handler has returned", async (t) => {
    const connection = once(serveAt(t), "connection");
    const [, res] = await connection;
    await heardOf(res, 3);
    const ear = hear(res);
    await eventually(() => ear.events.length >= 3);
    assertAudio(ear, tones(3));
  });

  /** A server whose handler does nothing, and a caller who says three frames. */
  function serveAt(t) {
    const server = serve(t, () => {});
    const peer = call(server.address().port).send(...tones(3).map((pcm) => audio(pcm)));
    t.after(() => peer.destroy());
    return server;
  }

  for (const [rate, kind] of [[8000, 0x10], [16000, 0x12], [48000, 0x16]]) {
    test(`two seconds are held at ${rate} Hz; then the oldest goes, and is counted`, async (t) => {
      const { peer, res, proceed } = await busyCall(t);
      const said = tones(120, 1, rate);
      peer.send(...said.map((pcm) => audio(pcm, kind)));
      await heardOf(res, said.length);
      assert.equal(res.stats().droppedFramesIn, 20);
      assert.equal(res.stats().droppedBytesIn, (20 * 20 * rate * 2) / 1000);

      const ear = hear(res);
      proceed();
      peer.send(dtmf("1"));
      await eventually(() => ear.digits() === "1");
      assertAudio(ear, said.slice(20));
      assert.equal(res.stats().droppedFramesIn, 20);
    });
  }

  test("keys are held too, in their place", async (t) => {
    const { server, peer, res, proceed } = await busyCall(t);
    peer.send(audio(tone(1)), dtmf("1"), audio(tone(2)), dtmf("2"));
    await heardOf(res, 2);
    await caughtUp(t, server);
    const ear = hear(res);
    proceed();
    peer.send(dtmf("3"));
    await eventually(() => ear.digits().endsWith("3"));
    const said = [["data", tone(1)], ["dtmf", "1"], ["data", tone(2)], ["dtmf", "2"], ["dtmf", "3"]];
    assertHeard(ear.events, said);
  });

  const endings = {
    "the end of the connection": { end: (peer) => peer.end(), says: ["end"] },
    "a hang-up frame": { end: (peer) => peer.send(hangup()).end(), says: ["end"] },
    "a reset": { end: (peer) => peer.reset(), says: ["error", "end"] },
    "an error frame": { end: (peer) => peer.send(error(1)).end(), says: ["error", "end"] }
  };
  for (const [name, { end, says }] of Object.entries(endings)) {
    test(`${name} waits behind the audio for a handler at work`, async (t) => {
      const { server, peer, res, proceed } = await busyCall(t);
      const said = tones(5);
      peer.send(...said.map((pcm) => audio(pcm)));
      await heardOf(res, said.length);
      end(peer);
      await eventually(() => server.connections === 0);
      await caughtUp(t, server);

      const ear = hear(res);
      proceed();
      await ear.ended();
      assertAudio(ear, said);
      assert.deepEqual(ear.names().slice(said.length), says);
    });
  }

  test("the end of a call without audio waits for the handler", async (t) => {
    const { server, peer, res, proceed } = await busyCall(t);
    peer.end();
    await eventually(() => server.connections === 0);
    const ear = hear(res);
    proceed();
    await ear.ended();
    assert.deepEqual(ear.names(), ["end"]);
  });
});

describe("where nobody listens to data", () => {
  /** A call with audio on it, whose handler listens to `events` alone. */
  async function callHeardFor(t, ...events) {
    const heard = [];
    const server = serve(t, (req, res) => {
      events.forEach((event) => res.on(event, (said) => heard.push(`${event} ${said?.code ?? said ?? ""}`)));
    });
    const peer = call(server.address().port).send(audio(tone(1)), dtmf("1"));
    t.after(() => peer.destroy());
    return { server, peer, heard };
  }

  test("keys are heard at once, and the end when it comes", async (t) => {
    const { peer, heard } = await callHeardFor(t, "dtmf", "end");
    await eventually(() => heard.length === 1, 1000);
    peer.send(audio(tone(2)), dtmf("2"));
    await eventually(() => heard.length === 2, 1000);
    peer.send(audio(tone(3)), dtmf("3")).end();
    await eventually(() => heard.length === 4, 1000);
    assert.deepEqual(heard, ["dtmf 1", "dtmf 2", "dtmf 3", "end "]);
  });

  test("the end is heard at once", async (t) => {
    const { server, peer, heard } = await callHeardFor(t, "end");
    await eventually(() => server.connections === 1);
    peer.end();
    await eventually(() => heard.length === 1, 1000);
    await server.close();
    assert.deepEqual(heard, ["end "]);
  });

  test("warnings and errors are heard, and the end after them", async (t) => {
    const { peer, heard } = await callHeardFor(t, "warning", "error", "end");
    peer.send(dtmf("xx"), audio(tone(1)), error(4));
    await eventually(() => heard.length === 3, 1000);
    assert.deepEqual(heard, ["warning ERR_DTMF_LENGTH", "error ERR_AUDIOSOCKET", "end "]);
  });
});

test("while JavaScript is stuck the oldest audio goes and is counted, and no key does", async (t) => {
  const { server, place } = answering(t, { inboundLimit: 0.5 });
  const other = await place();
  const { res, ear, thread } = await callFromThread(t, server);
  const said = tones(100);
  const keys = [..."1234567890"];
  const spoken = said.map((pcm, index) => (index % 10 === 5 ? [audio(pcm), dtmf(keys[(index - 5) / 10])] : [audio(pcm)]));
  other.peer.send(audio(tone(1)));
  thread.postMessage(Buffer.concat(spoken.flat()));
  stickUntil(() => res.stats().framesIn === said.length);
  assert.deepEqual(ear.events, [], "nothing can have been delivered");
  await eventually(() => ear.digits().length === keys.length && ear.of("data").length >= 25);

  assert.equal(ear.digits(), keys.join(""));
  assertAudio(ear, said.slice(75));
  assert.equal(res.stats().droppedFramesIn, 75);
  assert.equal(res.stats().droppedBytesIn, 75 * 320);
  assert.deepEqual(ear.names().slice(0, 7), Array(7).fill("dtmf"), "keys of the dropped audio come first");
  await eventually(() => other.ear.events.length > 0);
  assert.equal(other.res.stats().droppedFramesIn, 0, "a call that said little lost nothing");
});

test("a call whose peer presses keys without end while JavaScript is stuck ends with an error", async (t) => {
  const { server } = answering(t);
  const { res, ear, thread } = await callFromThread(t, server);
  const keys = 1500;
  thread.postMessage(Buffer.concat([...Array(keys).fill(dtmf("1")), audio(tone(1))]));
  stickUntil(() => server.connections === 0 || res.stats().framesIn === 1);
  await ear.ended();
  assert.deepEqual(ear.of("error").map(({ code }) => code), ["ERR_EVENT_OVERFLOW"]);
  assert.deepEqual(ear.names().slice(-2), ["error", "end"]);
  assert.equal(ear.digits().length, 1024);
});

/** A call that this thread need not run for. */
async function callFromThread(t, server) {
  const ref = randomUUID();
  const workerData = { port: server.address().port, ref };
  const peerThread = new Worker(path.join(__dirname, "support/peer-thread.js"), { workerData });
  t.after(() => peerThread.terminate());
  const [, stream] = await once(server, "connection", 10_000);
  return { res: stream, ear: hear(stream), thread: peerThread };
}

/** Blocks this thread. */
function stickUntil(probe) {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + 10_000;
  while (!probe()) {
    assert.ok(performance.now() < deadline, "the server reads while JavaScript is stuck");
    Atomics.wait(never, 0, 0, 5);
  }
}

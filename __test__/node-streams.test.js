"use strict";

/** What the Node streams of a call have in common: how long they live, and how they end. */

const assert = require("node:assert/strict");
const { PassThrough, Readable, addAbortSignal } = require("node:stream");
const { finished, pipeline } = require("node:stream/promises");
const { describe, test } = require("node:test");
const { error, hangup } = require("./support/peer.js");
const { frame, noise, openCall, openServer, placeCall, sameAudio, soon } = require("./support/call.js");
const { eventually, once } = require("./support/wait.js");

const FRAME = 320;
const KINDS = ["readable", "writable", "duplex"];

/** The names of what a stream emits from here on. */
function eventsOf(stream) {
  const events = [];
  for (const name of ["end", "finish", "error", "close"]) {
    stream.on(name, () => events.push(name));
  }
  return events;
}

/** The call is there, and is heard. */
async function goesOn({ peer, res }) {
  const heard = once(res, "data");
  peer.send(frame(0x10, noise(FRAME)));
  await heard;
  const before = peer.heard().length;
  res.write(noise(FRAME));
  await peer.hear(before + FRAME);
}

for (const kind of KINDS) {
  describe(`the ${kind} of a call`, () => {
    test("is the same until it has closed, and then another", async (t) => {
      const { res } = await openCall(t);
      const stream = res[kind];
      assert.equal(res[kind], stream);
      stream.destroy();
      assert.equal(res[kind], stream);
      await once(stream, "close");
      assert.notEqual(res[kind], stream);
      assert.equal(res[kind].destroyed, false);
    });

    test("is destroyed without hanging up", async (t) => {
      const call = await openCall(t);
      const stream = call.res[kind];
      stream.resume?.();
      const events = eventsOf(stream);
      stream.destroy();
      stream.destroy();
      assert.equal(stream.destroyed, true);
      await once(stream, "close");
      assert.deepEqual(events, ["close"]);
      assert.equal(stream.errored, null);
      await goesOn(call);
    });

    test("emits the error it is destroyed with once, then close", async (t) => {
      const call = await openCall(t);
      const stream = call.res[kind];
      const events = eventsOf(stream);
      const failure = new Error("no more");
      stream.destroy(failure);
      stream.destroy(new Error("another"));
      await once(stream, "close");
      assert.deepEqual(events, ["error", "close"]);
      assert.equal(stream.errored, failure);
      await goesOn(call);
    });

    test("can be aborted, and the call goes on", async (t) => {
      const call = await openCall(t);
      const controller = new AbortController();
      const stream = addAbortSignal(controller.signal, call.res[kind]);
      const failed = once(stream, "error");
      controller.abort();
      const [failure] = await failed;
      assert.equal(failure.name, "AbortError");
      await goesOn(call);
    });

    test("is destroyed by the call's error, which is heard there", async (t) => {
      const { server, peer, res } = await openCall(t);
      const stream = res[kind];
      const events = eventsOf(stream);
      const over = Promise.all([once(res, "end"), once(stream, "close")]);
      stream.resume?.();
      peer.send(error(4));
      await over;
      assert.deepEqual(events, ["error", "close"]);
      assert.equal(stream.errored.code, "ERR_AUDIOSOCKET");
      assert.equal(server.metrics().unhandledErrors, 0);
    });

    test("is destroyed by the call's error also where nobody listens, which goes to the server", async (t) => {
      const { server, peer, res } = await openCall(t);
      const stream = res[kind];
      const over = once(res, "end");
      const failures = [];
      server.on("error", (failure, of) => failures.push([failure.code, of]));
      stream.resume?.();
      peer.send(error(4));
      await over;
      assert.equal(stream.errored.code, "ERR_AUDIOSOCKET");
      assert.deepEqual(failures, [["ERR_AUDIOSOCKET", res]]);
    });

    test("hears no more of the call's error once it is destroyed", async (t) => {
      const { server, peer, res } = await openCall(t);
      const stream = res[kind];
      const events = eventsOf(stream);
      stream.destroy();
      await once(stream, "close");
      const over = once(res, "end");
      peer.send(error(4));
      await over;
      assert.deepEqual(events, ["close"]);
      assert.equal(server.metrics().unhandledErrors, 1);
    });

    test("is finished when the call ends in order and nothing was written", async (t) => {
      const { peer, res } = await openCall(t);
      const stream = res[kind];
      const events = eventsOf(stream);
      const closed = once(stream, "close");
      stream.resume?.();
      peer.send(hangup()).end();
      await closed;
      const says = { readable: ["end", "close"], writable: ["close"], duplex: ["end", "finish", "close"] };
      assert.deepEqual(events, says[kind]);
      assert.equal(stream.errored, null);
    });

    test("is over from the start after the call's end", async (t) => {
      const { peer, res } = await openCall(t);
      const over = once(res, "end");
      peer.end();
      await over;
      const stream = res[kind];
      const closed = once(stream, "close");
      stream.resume?.();
      await closed;
      assert.equal(res[kind], stream);
    });
  });
}

test("a pipeline of a call into itself is an echo, and resolves when the caller hangs up", async (t) => {
  for (const [from, to] of [["readable", "writable"], ["duplex", "duplex"]]) {
    const { peer, res } = await openCall(t);
    const echo = pipeline(res[from], new PassThrough(), res[to]);
    const pcm = noise(5 * FRAME);
    for (let at = 0; at < pcm.length; at += FRAME) {
      peer.send(frame(0x10, pcm.subarray(at, at + FRAME)));
    }
    sameAudio(await peer.hear(pcm.length), pcm);
    peer.send(hangup()).end();
    await soon(echo, "the end of the echo");
    assert.ok(res[from].readableEnded);
    assert.ok(res[to].writableFinished);
  }
});

test("the writing side of a duplex ends by itself, and the call is heard on", async (t) => {
  const { peer, res } = await openCall(t);
  const { duplex } = res;
  const heard = [];
  duplex.on("data", (pcm) => heard.push(pcm));
  duplex.end(noise(FRAME));
  await soon(finished(duplex, { readable: false }), "the writing side");
  sameAudio(await peer.hear(FRAME), noise(FRAME));
  peer.send(frame(0x10, noise(FRAME, 2)));
  await eventually(() => heard.length === 1);
  peer.send(hangup()).end();
  await soon(finished(duplex), "the duplex");
  sameAudio(Buffer.concat(heard), noise(FRAME, 2));
});

test("a duplex that was written to and not ended closes when the call is over", async (t) => {
  const { peer, res } = await openCall(t);
  const { duplex } = res;
  duplex.resume();
  const written = new Promise((resolve) => duplex.write(noise(FRAME), resolve));
  await soon(written, "the write");
  const over = assert.rejects(finished(duplex), { code: "ERR_STREAM_PREMATURE_CLOSE" });
  peer.end();
  await soon(over, "the end");
  assert.ok(duplex.readableEnded);
  assert.equal(duplex.errored, null);
});

test("a duplex that was written to can be read to its end after the call's", async (t) => {
  const { peer, res } = await openCall(t);
  const { duplex } = res;
  duplex.write(noise(FRAME));
  for (let count = 0; count < 5; count += 1) {
    peer.send(frame(0x10, noise(FRAME)));
  }
  await once(duplex, "readable");
  const over = once(res, "end");
  peer.send(hangup()).end();
  await over;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  let heard = 0;
  duplex.on("data", (pcm) => {
    heard += pcm.length;
  });
  await once(duplex, "close");
  assert.equal(heard, 5 * FRAME);
});

test("an await using block hangs up and waits for the end", async (t) => {
  const { peer, res } = await openCall(t);
  let ends = 0;
  res.on("end", () => {
    ends += 1;
  });
  const key = Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose");
  await soon(Promise.all([res[key](), res[key]()]), "the end");
  assert.equal(ends, 1);
  await soon(res[key](), "a third time");
  await peer.closed();
  assert.equal(peer.hangups().length, 1);
});

test("a thousand streams of one call leave no listener behind", async (t) => {
  const { peer, res } = await openCall(t, { inboundLimit: 60 });
  const listeners = () => res.eventNames().map((name) => [String(name), res.listenerCount(name)]);
  const warnings = [];
  const warned = (warning) => warnings.push(warning);
  process.on("warning", warned);
  t.after(() => process.off("warning", warned));
  const before = listeners();
  for (let round = 0; round < 200; round += 1) {
    peer.send(frame(0x10, noise(FRAME)));
    for await (const pcm of res) {
      assert.equal(pcm.length, FRAME);
      break;
    }
    await soon(pipeline(Readable.from([]), res.writable), "an empty pipeline");
    for (const kind of KINDS) {
      const stream = res[kind];
      stream.resume?.();
      stream.destroy();
      await once(stream, "close");
    }
  }
  assert.deepEqual(listeners(), before);
  assert.deepEqual(warnings, []);
  await goesOn({ peer, res });
});

test("calls that end during their streams leave nothing open", async (t) => {
  const server = await openServer(t);
  const over = [];
  server.onConnection((req, res) => {
    over.push(pipeline(res.readable, res.writable));
  });
  for (let calls = 1; calls <= 100; calls += 1) {
    const peer = await placeCall(t, server);
    peer.send(frame(0x10, noise(FRAME)));
    await peer.hear(FRAME);
    peer.send(hangup()).end();
    await peer.closed();
    assert.equal(over.length, calls);
  }
  await soon(Promise.all(over), "all pipelines");
});

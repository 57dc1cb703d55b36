"use strict";

/** How calls end: `end` exactly once after the last audio, whoever ended it, and what errors say. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { AudioSocketError, ErrorCode } = require("..");
const { startChild } = require("./support/child.js");
const { Kind, audio, call, dtmf, error, frame, hangup, tone } = require("./support/peer.js");
const { answering, assertAudio, isAlive, isHungUp, serve } = require("./support/serve.js");
const { eventually, once } = require("./support/wait.js");

const SAID = [1, 2, 3, 4, 5].map((value) => tone(value));

/** A call on which five frames have been heard. */
async function callInProgress(t) {
  const { server, place } = answering(t);
  const other = await place();
  const begun = await place();
  begun.peer.send(...SAID.map((pcm) => audio(pcm)));
  await eventually(() => begun.ear.events.length === SAID.length);
  return { ...begun, server, other };
}

describe("end comes once, after all audio, when", () => {
  const more = tone(6);
  const endings = {
    "the peer closes the connection": ({ peer }) => peer.send(audio(more)).end(),
    "the peer closes it in the middle of a frame": ({ peer }) =>
      peer.send(audio(more), audio(tone(7)).subarray(0, 100)).end(),
    "the peer hangs up with a frame": ({ peer }) => peer.send(audio(more), hangup()),
    "the peer hangs up, and goes on talking": ({ peer }) =>
      peer.send(audio(more), hangup(), audio(tone(7)), dtmf("1"), error(1), hangup()),
    "the peer hangs up, and closes": ({ peer }) => peer.send(audio(more), hangup()).end(),
    "the peer sends an error": ({ peer }) => peer.send(audio(more), error(2), audio(tone(7)), error(4))
  };
  for (const [name, end] of Object.entries(endings)) {
    test(name, async (t) => {
      const { server, ear, peer, other } = await callInProgress(t);
      end({ peer });
      await ear.ended();
      await peer.closed();
      assertAudio(ear, [...SAID, more]);
      await isAlive(other);
      await endedOnce(server, ear);
      const rest = ear.names().slice(SAID.length + 1);
      assert.deepEqual(rest, name.includes("error") ? ["error", "end"] : ["end"]);
    });
  }

  test("the peer resets the connection", async (t) => {
    const { server, ear, peer, other } = await callInProgress(t);
    peer.reset();
    await ear.ended();
    assertAudio(ear, SAID);
    await isAlive(other);
    await endedOnce(server, ear);
    const errors = ear.of("error");
    assert.deepEqual(errors.map(({ code }) => code), ["ECONNRESET"]);
    assert.ok(!(errors[0] instanceof AudioSocketError), "the peer sent no error");
  });

  const farewells = {
    "hangup() is called": ({ res }) => res.hangup(),
    "hangup() is called twice": ({ res }) => [res.hangup(), res.hangup()],
    "hangup() is called while the peer talks": ({ res, peer }) => {
      peer.send(...SAID.map((pcm) => audio(pcm)));
      res.hangup();
    },
    "hangup() is called as the peer closes": ({ res, peer }) => {
      peer.end();
      res.hangup();
    },
    "hangup() and close() are called": ({ res, server }) => [res.hangup(), server.close()],
    "close() is called": ({ server }) => server.close(),
    "close() is called, and hangup()": ({ res, server }) => [server.close(), res.hangup()]
  };
  for (const [name, end] of Object.entries(farewells)) {
    test(name, async (t) => {
      const { server, res, ear, peer } = await callInProgress(t);
      end({ server, res, peer });
      await ear.ended();
      await isHungUp(peer);
      res.hangup();
      await endedOnce(server, ear);
      assert.deepEqual(ear.of("error"), []);
    });
  }

  test("hangup() is called in the data listener, after which no more is heard", async (t) => {
    const { server, res, ear, peer } = await callInProgress(t);
    res.once("data", () => res.hangup());
    peer.send(audio(more));
    await ear.ended();
    await isHungUp(peer);
    await endedOnce(server, ear);
    assertAudio(ear, [...SAID, more]);
  });

  test("hangup() is called in the handler, before anything was heard", async (t) => {
    const order = [];
    const server = serve(t, (req, res) => {
      res.on("end", () => order.push("end")).hangup();
      order.push("hung up");
    });
    const peer = call(server.address().port);
    t.after(() => peer.destroy());
    await isHungUp(peer);
    await server.close();
    assert.deepEqual(order, ["hung up", "end"]);
  });

  test("onClose tells as end does", async (t) => {
    const { res, peer } = await callInProgress(t);
    let closed = 0;
    assert.equal(res.onClose(() => (closed += 1)), res);
    peer.end();
    await eventually(() => closed > 0);
    assert.equal(closed, 1);
  });

  test("nothing is heard of a call that ended, and its methods do nothing", async (t) => {
    const { server, res, ear, peer } = await callInProgress(t);
    peer.end();
    await ear.ended();
    const heard = ear.events.length;
    res.hangup();
    res.stop();
    assert.equal(res.write(tone(1)), false);
    assert.equal(res.stats().framesIn, SAID.length);
    await endedOnce(server, ear);
    assert.equal(ear.events.length, heard);
  });

  /** Whatever may still come of a call has come when its server is gone. */
  async function endedOnce(server, ear) {
    await server.close();
    assert.equal(ear.of("end").length, 1);
    assert.equal(ear.names().at(-1), "end");
  }
});

describe("the peer's error frame", () => {
  const messages = [
    [error(0x00), ErrorCode.NONE, "No error"],
    [error(0x01), ErrorCode.AST_HANGUP, "Asterisk hangup"],
    [error(0x02), ErrorCode.AST_FRAME_FORWARDING, "Asterisk frame forwarding"],
    [error(0x04), ErrorCode.AST_MEMORY, "Asterisk memory"],
    [error(0xff), ErrorCode.UNKNOWN, "Unknown error"],
    [error(0x03), 0x03, "Unknown error"],
    [error(), ErrorCode.UNKNOWN, "Unknown error"],
    [frame(Kind.ERROR, Buffer.from([1, 2])), ErrorCode.AST_HANGUP, "Asterisk hangup"]
  ];
  for (const [bytes, code, message] of messages) {
    test(`${bytes.toString("hex")} is an AudioSocketError, "${message}", and then end`, async (t) => {
      const { server, place } = answering(t);
      server.on("error", () => assert.fail("the call's listener has the error"));
      const { res, peer, ear } = await place();
      const more = [];
      assert.equal(res.onError((failure) => more.push(failure)), res);
      peer.send(bytes);
      await ear.ended();
      assert.deepEqual(ear.names(), ["error", "end"]);
      const [failure] = ear.of("error");
      assert.ok(failure instanceof AudioSocketError && failure instanceof Error);
      assert.equal(failure.errorCode, code);
      assert.equal(failure.message, message);
      assert.equal(failure.name, "AudioSocketError");
      assert.deepEqual(more, [failure]);
      assert.equal(server.metrics().unhandledErrors, 0);
    });
  }

  test("is the server's to tell where the call has no error listener", async (t) => {
    const ends = [];
    const server = serve(t, (req, res) => res.on("end", () => ends.push(res)));
    const errors = [];
    server.on("error", (failure, stream) => errors.push(failure, stream));
    const peer = call(server.address().port).send(error(1));
    t.after(() => peer.destroy());
    await eventually(() => ends.length === 1 && errors.length === 2);
    assert.ok(errors[0] instanceof AudioSocketError);
    assert.equal(errors[0].errorCode, ErrorCode.AST_HANGUP);
    assert.equal(errors[1], ends[0], "the error comes with its call");
    assert.equal(server.metrics().unhandledErrors, 1);
  });

  test("is only counted where nobody listens to errors, and the process lives", async (t) => {
    const child = startChild(t, () => {
      const { AudioSocket } = require("..");
      const server = new AudioSocket();
      let ends = 0;
      server.onConnection((req, res) => {
        res.on("end", () => {
          ends += 1;
          console.log(JSON.stringify({ ends, ...server.metrics() }));
        });
        res.on("dtmf", () => server.close());
      });
      server.listen(0, "127.0.0.1");
      console.log(server.address().port);
    });
    const port = await child.line();
    call(port).send(error(1));
    const { ends, unhandledErrors } = await child.line();
    assert.deepEqual({ ends, unhandledErrors }, { ends: 1, unhandledErrors: 1 });
    const lost = call(port);
    await lost.next();
    lost.reset();
    assert.equal((await child.line()).unhandledErrors, 2);
    await isHungUp(call(port).send(dtmf("1")));
    const { code, stderr } = await child.exited();
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /Error/);
  });

  test("closes the connection", async (t) => {
    const { place } = answering(t);
    const { peer, ear } = await place();
    peer.send(error(1));
    await ear.ended();
    assert.equal(await peer.closed(), null);
  });
});

test("an error listener that throws is an error of the server, and end follows", async (t) => {
  const failure = new Error("the user's");
  const { server, place } = answering(t);
  const { res, peer, ear } = await place();
  const failed = once(server, "error");
  res.on("error", () => {
    throw failure;
  });
  peer.send(error(1));
  const [caught, stream] = await failed;
  assert.equal(caught, failure);
  assert.equal(stream, res);
  await ear.ended();
  assert.equal(server.metrics().handlerErrors, 1);
});

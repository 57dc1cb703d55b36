"use strict";

/** What happens when a handler or a listener fails. */

const assert = require("node:assert/strict");
const { describe, test } = require("node:test");
const { startChild } = require("./support/child.js");
const { audio, call, dtmf, tone } = require("./support/peer.js");
const { answering, isAlive, isHungUp, serve, withResolvers } = require("./support/serve.js");
const { eventually, once, within } = require("./support/wait.js");

const REF = "01234567-89ab-4cde-8f01-23456789abcd";

/** A call to the server, which the test lets go of. */
function place(t, server, ref) {
  const peer = call(server.address().port, ref);
  t.after(() => peer.destroy());
  return peer;
}

describe("what the user's code throws is an error of the server, its call is hung up, others go on:", () => {
  const failure = new Error("the user's");

  /** Only the call REF, for which `misbehave(server, res)` is called, comes to grief. */
  async function failsAlone(t, misbehave) {
    const answered = answering(t);
    const { server } = answered;
    const other = await answered.place();
    const errors = [];
    server.on("error", (...caught) => errors.push(caught));
    let stream = null;
    server.once("connection", (req, res) => {
      assert.equal(req.ref, REF);
      stream = res;
      misbehave(server, res);
    });
    const peer = place(t, server, REF).send(audio(tone(1)), dtmf("1"));
    await isHungUp(peer);
    await eventually(() => errors.length > 0);
    assert.equal(errors.length, 1);
    isTheUsers(errors[0], stream);
    assert.equal(server.metrics().handlerErrors, 1);
    await isAlive(other);
    await isAlive(await answered.place());
  }

  /** The server's error event has the error as it was thrown, and the call whose it is. */
  function isTheUsers([caught, stream], expected) {
    assert.equal(caught, failure);
    assert.equal(stream, expected);
  }

  const throws = () => {
    throw failure;
  };
  const rejects = async () => {
    throw failure;
  };
  const rejectsLater = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw failure;
  };
  const faults = { "that throws": throws, "that rejects": rejects, "that rejects later": rejectsLater };
  for (const [how, fault] of Object.entries(faults)) {
    test(`a handler ${how}`, async (t) => {
      const made = withResolvers();
      const server = serve(t, (req) => (req.ref === REF ? fault() : made.resolve(req)));
      const failed = once(server, "error");
      const connection = once(server, "connection");
      await isHungUp(place(t, server, REF));
      const [, stream] = await connection;
      isTheUsers(await failed, stream);
      place(t, server);
      await within(made.promise, 5000, "the next call");
    });

    test(`a data listener ${how}`, (t) => failsAlone(t, (server, res) => res.on("data", fault)));
    test(`an onData callback ${how}`, (t) => failsAlone(t, (server, res) => res.onData(fault)));
    test(`a dtmf listener ${how}`, (t) => failsAlone(t, (server, res) => res.on("dtmf", fault)));
    test(`an end listener ${how}`, (t) =>
      failsAlone(t, (server, res) => {
        res.on("end", fault);
        res.hangup();
      }));
  }

  test("a connection listener that throws", (t) => failsAlone(t, throws));
  test("a connection listener that rejects", async (t) => {
    const server = serve(t);
    server.on("connection", rejects);
    const failed = once(server, "error");
    const connection = once(server, "connection");
    await isHungUp(place(t, server, REF));
    const [, stream] = await connection;
    isTheUsers(await failed, stream);
  });

  for (const thrown of ["text", undefined, null]) {
    test(`a handler that throws ${thrown}, which is no Error`, async (t) => {
      const server = serve(t, () => {
        throw thrown;
      });
      const failed = once(server, "error");
      await isHungUp(place(t, server, REF));
      const [caught] = await failed;
      assert.ok(caught instanceof Error);
      assert.equal(caught.code, "ERR_UNHANDLED_ERROR");
      assert.equal(caught.context, thrown);
    });
  }

  test("the process lives where nobody listens to the server's errors", async (t) => {
    const child = startChild(t, () => {
      const { AudioSocket } = require("..");
      const server = new AudioSocket();
      server.onConnection(async (req) => {
        if (req.ref.startsWith("0")) {
          throw new Error("the user's");
        }
        server.close();
      });
      server.listen(0, "127.0.0.1");
      console.log(server.address().port);
    });
    const port = await child.line();
    await isHungUp(call(port, REF));
    await isHungUp(call(port, `f${REF.slice(1)}`));
    const { code, stderr } = await child.exited();
    assert.equal(code, 0);
    assert.match(stderr, /Error: the user's/);
  });
});

"use strict";

/** Servers that a test needs answered calls of. All are closed when the test is over. */

const assert = require("node:assert/strict");
const { createHash, randomUUID } = require("node:crypto");
const { AudioSocket } = require("../..");
const { Kind, call, dtmf } = require("./peer.js");
const { eventually, once, within } = require("./wait.js");

const HOST = "127.0.0.1";

/** A server on a free port. */
function serve(t, handler, options) {
  const server = new AudioSocket(options);
  if (handler) {
    server.onConnection(handler);
  }
  server.listen(0, HOST);
  t.after(() => server.close());
  return server;
}

/**
 * A server that listens to everything on every call. `place()` dials it, and gives the peer and
 * what the server's handler was given.
 */
function answering(t, options) {
  const answered = new Map();
  const server = serve(
    t,
    (req, res) => {
      const ear = hear(res);
      answered.get(req.ref)?.({ req, res, ear });
    },
    options
  );
  const { port } = server.address();
  return { server, port, place: () => place(t, port, answered) };
}

async function place(t, port, answered) {
  const ref = randomUUID();
  const handled = new Promise((resolve) => answered.set(ref, resolve));
  const peer = call(port, ref);
  t.after(() => peer.destroy());
  return { peer, ref, ...(await within(handled, 5000, "the handler to be called")) };
}

/** A call whose handler gets no further than its first `await` until `proceed()`. */
async function busyCall(t, options) {
  const held = withResolvers();
  const server = serve(t, () => held.promise, options);
  const connection = once(server, "connection");
  const peer = call(server.address().port);
  t.after(() => peer.destroy());
  const [req, res] = await connection;
  return { server, peer, req, res, proceed: held.resolve };
}

/** JavaScript has been told all that happened before, which a call that comes now stands behind. */
async function caughtUp(t, server) {
  const connection = once(server, "connection");
  const peer = call(server.address().port);
  t.after(() => peer.destroy());
  await connection;
}

/** Listens to everything that `stream` says, and keeps it in its order. */
function hear(stream) {
  const ear = {
    /** `["data", Buffer]`, `["dtmf", digit]`, `["error", Error]`, `["end"]` and so on. */
    events: [],
    of: (name) => ear.events.filter(([event]) => event === name).map(([, argument]) => argument),
    names: () => ear.events.map(([event]) => event),
    pcm: () => Buffer.concat(ear.of("data")),
    digits: () => ear.of("dtmf").join(""),
    ended: (ms) => within(ended, ms, "the call's end")
  };
  const ended = new Promise((resolve) => stream.once("end", resolve));
  for (const event of ["data", "dtmf", "warning", "error", "end"]) {
    stream.on(event, (...args) => ear.events.push([event, ...args]));
  }
  return ear;
}

/** The call hears its caller. `ear` is what `hear` gave. */
async function isAlive({ peer, ear }) {
  const before = ear.of("dtmf").length;
  peer.send(dtmf("#"));
  await eventually(() => ear.of("dtmf").length > before);
}

/** The peer was hung up on with a frame, its last and only one, and the connection closed in order. */
async function isHungUp(peer) {
  const { payload } = await peer.next(Kind.HANGUP);
  assert.equal(payload.length, 0);
  assert.equal(await peer.closed(), null);
  assert.equal(peer.frames.findIndex(({ kind }) => kind === Kind.HANGUP), peer.frames.length - 1);
  assert.equal(peer.rest, 0);
}

/** Events as lines that compare and read well: audio by its length, first sample and digest. */
function brief(events) {
  return events.map(([name, argument]) => {
    if (!Buffer.isBuffer(argument)) {
      return argument === undefined ? name : `${name} ${argument}`;
    }
    const digest = createHash("sha1").update(argument).digest("hex").slice(0, 12);
    return `${name} of ${argument.length} bytes, ${argument.readInt16LE(0)}… ${digest}`;
  });
}

/** Asserts that exactly these events were heard, in this order. */
function assertHeard(events, expected, message) {
  assert.deepEqual(brief(events), brief(expected), message);
}

/** Asserts that exactly this audio was heard, frame for frame. */
function assertAudio(ear, expected, message) {
  const frames = (list) => list.map((pcm) => ["data", pcm]);
  assertHeard(frames(ear.of("data")), frames(expected), message);
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

module.exports = {
  HOST,
  answering,
  assertAudio,
  assertHeard,
  busyCall,
  caughtUp,
  hear,
  isAlive,
  isHungUp,
  serve,
  withResolvers
};

"use strict";

/** The ARI client: operations, objects and their events, with the face of ari-client. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { connectAri } = require("../mrf.js");
const { AriServer, PASSWORD, USER } = require("./support/ari-server");
const { once, within } = require("./support/wait");

const CHANNEL = { id: "c1", name: "PJSIP/a-1", state: "Up" };

/** A server and a client of it. */
async function pair(t, options = {}) {
  const server = await AriServer.start(t);
  const ari = await connectAri(server.url, USER, PASSWORD, options);
  t.after(() => ari.stop());
  return { server, ari };
}

test("an operation puts its options where the description says", async (t) => {
  const { server, ari } = await pair(t);
  server.answer = () => [200, CHANNEL];
  await ari.channels.originate({
    endpoint: "PJSIP/a b&c",
    app: "mine",
    formats: ["ulaw", "alaw"],
    variables: { A: "1" },
    unheardOf: 1,
    channelId: undefined
  });
  const query = { endpoint: "PJSIP/a b&c", app: "mine", formats: "ulaw,alaw" };
  assert.deepEqual(server.requests, [["POST", "/channels", query, { variables: { A: "1" } }]]);
});

test("a body that is wrapped already is left as it is", async (t) => {
  const { server, ari } = await pair(t);
  await ari.channels.originate({ variables: { variables: { A: "1" } } });
  await ari.asterisk.updateObject({ fields: [{ attribute: "a", value: "b" }] });
  const bodies = server.requests.map(([, , , body]) => body);
  assert.deepEqual(bodies, [{ variables: { A: "1" } }, { fields: [{ attribute: "a", value: "b" }] }]);
});

test("answers of a kind are objects with operations, others are as they came", async (t) => {
  const { server, ari } = await pair(t);
  server.answer = ({ method, path }) => {
    const answers = { "/channels": [CHANNEL], "/asterisk/info": { build: {} }, "/channels/c1": CHANNEL };
    return method === "GET" ? [200, answers[path]] : [204];
  };
  const [channel] = await ari.channels.list();
  assert.deepEqual({ ...channel }, CHANNEL);
  assert.equal(channel.constructor.name, "Channel");
  assert.equal((await channel.get()).id, "c1");
  assert.equal(await channel.hangup({ reason: "busy" }), undefined);
  assert.deepEqual(server.requests.at(-1), ["DELETE", "/channels/c1", { reason: "busy" }, undefined]);
  assert.deepEqual(await ari.asterisk.getInfo(), { build: {} });
});

test("a binary answer is a Buffer", async (t) => {
  const { server, ari } = await pair(t);
  server.answer = () => [200, Buffer.from([0, 255, 1])];
  const file = await ari.StoredRecording("a/b").getStoredFile();
  assert.deepEqual(file, Buffer.from([0, 255, 1]));
  assert.equal(server.requests[0][1], "/recordings/stored/a%2Fb/file");
});

test("a callback gets what the promise does, with or without options", async (t) => {
  const { server, ari } = await pair(t);
  server.answer = ({ path }) =>
    path === "/channels" ? [200, [CHANNEL]] : [404, { message: "Channel not found" }];
  const called = (act) => within(new Promise((resolve) => act((...args) => resolve(args))));
  const [none, channels] = await called((callback) => ari.channels.list(callback));
  assert.equal(none, null);
  assert.equal(channels[0].id, "c1");
  const [error] = await called((callback) => channels[0].get({}, callback));
  assert.equal(error.code, "ERR_ARI_NOT_FOUND");
  const [, again] = await called((callback) => connectAri(server.url, USER, PASSWORD, callback));
  assert.equal(typeof again.channels.list, "function");
});

test("an object made here gives its id to what creates it", async (t) => {
  const { server, ari } = await pair(t);
  server.answer = ({ path }) => [200, path.endsWith("play") ? { id: "p", state: "queued" } : { id: "x" }];
  const channel = ari.Channel();
  assert.match(channel.id, /^[0-9a-f-]{36}$/);
  await channel.originate({ endpoint: "PJSIP/a" });
  await ari.Bridge("mine").create();
  const playback = ari.Playback();
  await channel.play({ media: "sound:a" }, playback);
  const snoop = ari.Channel("spy");
  await channel.snoopChannel({ app: "mine" }, snoop);
  // What came from Asterisk brings no id of its own along.
  await channel.play({ media: "sound:b" }, await channel.play({}));
  assert.deepEqual(
    server.requests.slice(0, 4).map(([, path, query]) => [path, query]),
    [
      ["/channels", { endpoint: "PJSIP/a", channelId: channel.id }],
      ["/bridges", { bridgeId: "mine" }],
      [`/channels/${channel.id}/play`, { media: "sound:a", playbackId: playback.id }],
      [`/channels/${channel.id}/snoop`, { app: "mine", snoopId: "spy" }]
    ]
  );
  assert.equal(server.requests.at(-1)[2].playbackId, undefined);
});

test("an object of two fields fills both parameters", async (t) => {
  const { server, ari } = await pair(t);
  await ari.Endpoint({ technology: "PJSIP", resource: "a/b" }).get();
  assert.equal(server.requests[0][1], "/endpoints/PJSIP/a%2Fb");
});

for (const channelId of [undefined, "", ".", "..", {}]) {
  test(`the id ${JSON.stringify(channelId)} is refused before anything is asked`, async (t) => {
    const { server, ari } = await pair(t);
    await assert.rejects(ari.channels.hangup({ channelId }), { code: "ERR_INVALID_ARG_TYPE" });
    assert.deepEqual(server.requests, []);
  });
}

test("an event comes with the object it is about, or with all of them", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  const heard = [];
  ari.on("StasisStart", (event, resources) => heard.push(resources));
  ari.on("ApplicationReplaced", (event, resources) => heard.push(resources));
  ari.on("*", (event) => heard.push(event.type));
  server.say({ type: "StasisStart", channel: CHANNEL });
  server.say({ type: "StasisStart", channel: CHANNEL, replace_channel: { id: "c2" } });
  server.say({ type: "Unheard", channel: CHANNEL });
  server.sayText("no JSON");
  server.sayText("{}");
  server.say({ type: "ApplicationReplaced" });
  await once(ari, "ApplicationReplaced");
  assert.equal(heard[1].id, "c1");
  assert.deepEqual(Object.keys(heard[3]), ["channel", "replace_channel"]);
  assert.deepEqual(
    heard.filter((one) => typeof one !== "object"),
    ["StasisStart", "StasisStart", "Unheard", "ApplicationReplaced", undefined]
  );
});

test("a type of event that no description has is emitted as * alone, so that none is thrown", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  server.say({ type: "error", error: "of Asterisk's own" });
  const [event] = await once(ari, "*");
  assert.equal(event.type, "error");
});

test("an object hears the events about itself only, whichever of its copies is asked", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  const digits = [];
  const hear = ({ digit }, channel) => digits.push([digit, channel.id]);
  ari.Channel("c1").on("ChannelDtmfReceived", hear);
  ari.Channel("c2").once("ChannelDtmfReceived", hear);
  const say = (id, digit) => server.say({ type: "ChannelDtmfReceived", channel: { id }, digit });
  ["1", "2"].forEach((digit) => ["c1", "c2", "c3"].forEach((id) => say(id, digit)));
  await heardAll(server, ari);
  assert.deepEqual(digits, [
    ["1", "c1"],
    ["1", "c2"],
    ["2", "c1"]
  ]);
  ari.Channel("c1").removeListener("ChannelDtmfReceived", hear);
  say("c1", "3");
  await heardAll(server, ari);
  assert.equal(digits.length, 3);
});

test("a channel's listeners go with the channel, and a playback's with the playback", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  const heard = [];
  ari.Channel("c1").on("ChannelDestroyed", () => heard.push("channel"));
  ari.Playback("p1").on("PlaybackFinished", () => heard.push("playback"));
  ari.Channel("c2").on("ChannelDestroyed", () => heard.push("other"));
  for (let i = 0; i < 2; i += 1) {
    server.say({ type: "ChannelDestroyed", channel: CHANNEL });
    server.say({ type: "PlaybackFinished", playback: { id: "p1" } });
  }
  server.say({ type: "ChannelDestroyed", channel: { id: "c2" } });
  await heardAll(server, ari);
  assert.deepEqual(heard, ["channel", "playback", "other"]);
});

test("with the applications go the listeners of channels that have left them", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start("mine");
  const heard = [];
  for (const id of ["left", "stayed"]) {
    ari.Channel(id).on("ChannelDtmfReceived", () => heard.push(id));
  }
  server.say({ type: "StasisEnd", channel: { id: "left" } });
  server.say({ type: "ChannelDtmfReceived", channel: { id: "left" } });
  await heardAll(server, ari);
  await ari.stop();
  await ari.start("mine");
  ["left", "stayed"].forEach((id) => server.say({ type: "ChannelDtmfReceived", channel: { id } }));
  await heardAll(server, ari);
  assert.deepEqual(heard, ["left", "stayed"]);
});

test("start takes one application or several, and all events of Asterisk if wanted", async (t) => {
  const { server, ari } = await pair(t);
  await ari.start(["a", "b"], true);
  await within(new Promise((resolve) => ari.start("c", resolve)));
  assert.deepEqual(server.apps, ["a,b", "c"]);
  assert.match(server.lastSocketRequest.url, /\?app=c$/);
  await ari.stop();
  assert.equal(ari.isConnected, false);
});

test("ping is answered with pong", async (t) => {
  const { ari } = await pair(t);
  await ari.start("mine");
  ari.ping();
  await once(ari, "pong");
});

test("printed, neither the client nor its objects show more than Asterisk said", async (t) => {
  const { inspect } = require("node:util");
  const { ari } = await pair(t);
  await ari.start("mine");
  const printed = inspect([ari, ari.Channel(CHANNEL)], { depth: 10, showHidden: true });
  assert.doesNotMatch(printed, secrets());
  assert.match(inspect(ari.Channel(CHANNEL)), /^Channel \{ id: 'c1', name: 'PJSIP\/a-1', state: 'Up' \}$/);
});

test("Asterisk cannot replace what objects are made of", async (t) => {
  const { ari } = await pair(t);
  const channel = ari.Channel(JSON.parse('{"id":"c1","on":1,"hangup":2,"__proto__":{"polluted":true}}'));
  assert.equal(typeof channel.on, "function");
  assert.equal(typeof channel.hangup, "function");
  assert.equal(channel.polluted, undefined);
});

/** What was said before has been heard when this comes. */
async function heardAll(server, ari) {
  server.say({ type: "ApplicationReplaced" });
  await once(ari, "ApplicationReplaced");
}

function secrets() {
  const encoded = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
  return new RegExp(`${PASSWORD}|${encoded}|${encodeURIComponent(PASSWORD)}`);
}

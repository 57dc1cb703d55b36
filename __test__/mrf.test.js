"use strict";

/** callstreams/mrf on an Asterisk that is played: Mrf, and endpoints made and ended as they should be. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { inspect } = require("node:util");
const Mrf = require("../mrf.js");
const { AriServer, PASSWORD, USER } = require("./support/ari-server");
const { FakeSrf } = require("./support/fake-srf");
const { MrfLab } = require("./support/mrf-lab");
const { eventually, once, within } = require("./support/wait");

test("the package's entry is Mrf, with its classes beside it", () => {
  assert.equal(require("callstreams/mrf"), Mrf);
  assert.deepEqual(Object.keys(Mrf).slice(0, 3), ["MediaServer", "Endpoint", "connectAri"]);
});

test("connect gives a media server whose application runs under a name of its own", async (t) => {
  const lab = await MrfLab.start(t);
  const { mrf, ms, srf, server } = lab;
  assert.ok(ms instanceof Mrf.MediaServer);
  assert.match(ms.id, /^drachtio-[0-9a-f-]{36}$/);
  assert.deepEqual(server.apps, [ms.id]);
  assert.deepEqual([ms.connected(), ms.mrf, ms.srf, ms.address], [true, mrf, srf, "10.0.0.1:5070"]);
  assert.deepEqual([mrf.mediaservers, ms.endpoints.size], [[ms], 0]);
  assert.equal(typeof ms.ari.Playback().stop, "function");

  const another = await mrf.connect(lab.where);
  assert.notEqual(another.id, ms.id);
  assert.deepEqual(mrf.mediaservers, [ms, another]);
  await another.disconnect();
  assert.deepEqual(mrf.mediaservers, [ms]);
});

test("connect takes a callback, and the ports have defaults", async (t) => {
  const { where } = await MrfLab.start(t);
  const mrf = new Mrf(new FakeSrf());
  const [error, ms] = await within(
    new Promise((resolve) => {
      const returned = mrf.connect({ ari: where.ari }, (...args) => resolve(args));
      assert.equal(returned, mrf);
    })
  );
  assert.equal(error, null);
  assert.equal(ms.address, "127.0.0.1:5060");
  await ms.disconnect();
});

test("Mrf knows its Srf, this machine's addresses, and whom to tell", () => {
  const srf = new FakeSrf();
  const mrf = new Mrf(srf);
  assert.equal(mrf.srf, srf);
  assert.ok(
    mrf.localAddresses.every((address) => /^\d+\.\d+\.\d+\.\d+$/.test(address) && address !== "127.0.0.1")
  );
  assert.equal(typeof mrf.logger.info, "function");
  mrf.logger = console;
  assert.equal(mrf.logger, console);
  assert.throws(() => (mrf.logger = { info() {} }), { code: "ERR_INVALID_ARG_TYPE" });
  assert.throws(() => new Mrf(srf, { logger: null }), { code: "ERR_INVALID_ARG_TYPE" });
});

for (const [what, change, code] of [
  ["no options", () => undefined, "ERR_INVALID_ARG_TYPE"],
  ["no ari", () => ({}), "ERR_INVALID_ARG_TYPE"],
  ["a URL with a password in it as ari", () => ({ ari: `http://me:${PASSWORD}@a` }), "ERR_INVALID_ARG_TYPE"],
  ["no address", ({ ari }) => ({ ari: { ...ari, address: undefined } }), "ERR_INVALID_ARG_TYPE"],
  ["no user name", ({ ari }) => ({ ari: { ...ari, username: undefined } }), "ERR_INVALID_ARG_TYPE"],
  ["no password", ({ ari }) => ({ ari: { ...ari, password: undefined } }), "ERR_INVALID_ARG_TYPE"],
  [
    "a password that is no string",
    ({ ari }) => ({ ari: { ...ari, password: [PASSWORD] } }),
    "ERR_INVALID_ARG_TYPE"
  ],
  ["a port out of range", ({ ari }) => ({ ari: { ...ari, port: 70000 } }), "ERR_OUT_OF_RANGE"],
  ["a SIP port that is none", ({ ari }) => ({ ari, sip: { port: "sip" } }), "ERR_INVALID_ARG_TYPE"],
  ["a wrong password", ({ ari }) => ({ ari: { ...ari, password: `${PASSWORD}!` } }), "ERR_ARI_UNAUTHORIZED"],
  ["a closed port", ({ ari }) => ({ ari: { ...ari, port: 1 } }), "ECONNREFUSED"]
]) {
  test(`connect with ${what} rejects with ${code}, and nobody is told the password`, async (t) => {
    const lab = await MrfLab.start(t);
    const log = [];
    const tell = (...args) => log.push(inspect(args));
    const mrf = new Mrf(lab.srf, { logger: { info: tell, error: tell } });
    const error = await within(mrf.connect(change(lab.where)).catch((reason) => reason));
    assert.equal(error.code, code);
    assert.ok(![inspect(error, { showHidden: true, depth: 9 }), ...log].join().includes(PASSWORD));
    assert.deepEqual(mrf.mediaservers, []);
  });
}

test("a connection that works tells the log where it went, and not with which password", async (t) => {
  const { log, ms } = await MrfLab.start(t);
  assert.match(log[0], /^connecting to ARI at http:\/\/127\.0\.0\.1:\d+ as me$/);
  assert.ok(!log.join().includes(PASSWORD));
  assert.ok(!inspect(ms, { showHidden: true, depth: 9 }).includes(PASSWORD));
});

test("an application that cannot be started makes connect reject, and leaves nothing", async (t) => {
  const server = await AriServer.start(t);
  server.takesSockets = false;
  const mrf = new Mrf(new FakeSrf());
  const ari = { address: "127.0.0.1", port: server.port, username: USER, password: PASSWORD };
  await assert.rejects(within(mrf.connect({ ari })), { code: "ECONNRESET" });
  assert.deepEqual(mrf.mediaservers, []);
});

test("createEndpoint dials the application as drachtio, under a number it is known by", async (t) => {
  const lab = await MrfLab.start(t);
  const headers = { "X-Mine": "1", from: "<sip:me@a>", "user-agent": "mine" };
  const options = Object.freeze({
    headers: Object.freeze(headers),
    remoteSdp: "v=0\r\nm=audio 9 RTP/AVP 0\r\n"
  });
  const made = lab.ms.createEndpoint(options);
  const invite = await lab.srf.nextInvite();
  assert.equal(invite.uri, `sip:${lab.ms.id}@10.0.0.1:5070`);
  assert.deepEqual(Object.keys(invite.headers), ["X-Mine", "User-Agent", "From"]);
  assert.equal(invite.headers["User-Agent"], "drachtio");
  assert.equal(invite.localSdp, options.remoteSdp);
  lab.enter("c1", invite.number);
  await lab.hasAsked("POST /channels/c1/answer");
  invite.accept();

  const endpoint = await within(made);
  assert.ok(endpoint instanceof Mrf.Endpoint);
  assert.deepEqual(
    [endpoint.channelId, endpoint.channelName, endpoint.local, endpoint.remote],
    ["c1", "PJSIP/drachtio-c1", { sdp: "v=0 of Asterisk" }, { sdp: options.remoteSdp }]
  );
  assert.deepEqual(
    [endpoint.dialog, endpoint.mediaserver, endpoint.srf, endpoint.connected],
    [invite.dialog, lab.ms, lab.srf, true]
  );
  assert.equal(endpoint.channel.id, "c1");
  assert.deepEqual([...lab.ms.endpoints], [["c1", endpoint]]);
});

test("without an SDP the audio is inactive, and with codecs the offer has those alone", async (t) => {
  const lab = await MrfLab.start(t);
  lab.ms.createEndpoint().catch(() => {});
  const { localSdp } = await lab.srf.nextInvite();
  assert.match(localSdp, /^a=inactive\r$/m);
  lab.ms.createEndpoint({ codecs: ["opus", "pcma"] }).catch(() => {});
  const chosen = await lab.srf.nextInvite();
  assert.match(chosen.localSdp, /^m=audio 9 RTP\/AVP 96 8 101\r$/m);
  await assert.rejects(lab.ms.createEndpoint({ codecs: ["speex"] }), { code: "ERR_MRF_CODECS" });
  await lab.ms.disconnect();
});

test("createEndpoint takes a callback with options and without, and gives the media server back", async (t) => {
  const lab = await MrfLab.start(t);
  for (const args of [[], [{}]]) {
    let returned;
    const called = new Promise(
      (resolve) => (returned = lab.ms.createEndpoint(...args, (...got) => resolve(got)))
    );
    assert.equal(returned, lab.ms);
    const invite = await lab.srf.nextInvite();
    invite.refuse(503, "Service Unavailable");
    const [error] = await within(called);
    assert.deepEqual([error.code, error.status, error.reason], ["ERR_MRF_SIP", 503, "Service Unavailable"]);
    assert.match(error.message, /503 Service Unavailable$/);
  }
});

test("the dialog may be up before the channel is known", async (t) => {
  const lab = await MrfLab.start(t);
  const made = lab.ms.createEndpoint();
  const invite = await lab.srf.nextInvite();
  invite.accept();
  await new Promise(setImmediate);
  lab.enter("c1", invite.number);
  assert.equal((await within(made)).channelId, "c1");
});

test("a channel that ends before its dialog is up makes the endpoint fail, and the INVITE is cancelled", async (t) => {
  const lab = await MrfLab.start(t);
  const made = lab.ms.createEndpoint();
  const invite = await lab.srf.nextInvite();
  lab.enter("c1", invite.number);
  lab.leave("c1");
  await assert.rejects(within(made), { code: "ERR_MRF_CHANNEL_ENDED" });
  await eventually(() => invite.cancels === 1);
  // The answer was under way already.
  invite.accept();
  await eventually(() => invite.dialog.byes === 1);
  assert.equal(lab.ms.endpoints.size, 0);
});

test("a dialog that ends before its channel is known makes the endpoint fail", async (t) => {
  const lab = await MrfLab.start(t);
  const made = lab.ms.createEndpoint();
  const invite = await lab.srf.nextInvite();
  invite.accept();
  await new Promise(setImmediate);
  invite.dialog.hangup();
  await assert.rejects(within(made), { code: "ERR_MRF_CHANNEL_ENDED" });
  lab.enter("c1", invite.number);
  lab.leave("c1");
  assert.equal(lab.ms.endpoints.size, 0);
});

test("a channel that cannot be answered makes the endpoint fail, and is hung up", async (t) => {
  const lab = await MrfLab.start(t);
  lab.onAnswer = () => [404, { message: "Channel not found" }];
  const made = lab.ms.createEndpoint();
  const invite = await lab.srf.nextInvite();
  lab.enter("c1", invite.number);
  const error = await within(made.catch((reason) => reason));
  assert.deepEqual([error.code, error.cause.code], ["ERR_MRF_CHANNEL_ENDED", "ERR_ARI_NOT_FOUND"]);
  await lab.hasAsked("DELETE /channels/c1");
  await eventually(() => invite.cancels === 1);
});

for (const [what, lateness] of [
  ["a late answer is ended", (invite) => invite.accept()],
  ["a late refusal is of no concern", (invite) => invite.refuse(487, "Request Terminated")]
]) {
  test(`an endpoint that takes too long is given up: the INVITE is cancelled, and ${what}`, async (t) => {
    const lab = await MrfLab.start(t);
    const made = lab.ms.createEndpoint({ timeout: 30 });
    const invite = await lab.srf.nextInvite();
    await assert.rejects(within(made), { code: "ERR_MRF_TIMEOUT" });
    assert.equal(invite.cancels, 1);
    // It had entered the application meanwhile.
    lab.enter("c1", invite.number);
    await lab.hasAsked("DELETE /channels/c1");
    lateness(invite);
    await eventually(() => invite.dialog.byes === (what.includes("answer") ? 1 : 0));
    assert.equal(lab.ms.endpoints.size, 0);
    assert.ok(!lab.asked.includes("POST /channels/c1/answer"));
  });
}

test("of an endpoint that was given up nothing is kept once its INVITE is over", async (t) => {
  const lab = await MrfLab.start(t);
  for (const [id, lateness] of [
    ["c1", (invite) => invite.refuse(487, "Request Terminated")],
    ["c2", (invite) => invite.accept()]
  ]) {
    const made = lab.ms.createEndpoint({ timeout: 30 });
    const invite = await lab.srf.nextInvite();
    await assert.rejects(within(made), { code: "ERR_MRF_TIMEOUT" });
    lateness(invite);
    await new Promise(setImmediate);
    // Its number is a stranger's now.
    lab.enter(id, invite.number);
    await lab.hasAsked(`POST /channels/${id}/continue`);
  }
});

test("an INVITE that drachtio has not sent yet is cancelled when it is", async (t) => {
  const lab = await MrfLab.start(t);
  lab.srf.tellsRequests = false;
  const made = lab.ms.createEndpoint({ timeout: 30 });
  const invite = await lab.srf.nextInvite();
  await assert.rejects(within(made), { code: "ERR_MRF_TIMEOUT" });
  assert.equal(invite.cancels, 0);
  invite.tellRequest();
  await eventually(() => invite.cancels === 1);
});

test("an Srf that throws is an INVITE that failed", async (t) => {
  const lab = await MrfLab.start(t);
  lab.srf.createUAC = () => {
    throw new TypeError("no drachtio");
  };
  const error = await within(lab.ms.createEndpoint().catch((reason) => reason));
  assert.deepEqual([error.code, error.cause.message], ["ERR_MRF_SIP", "no drachtio"]);
});

test("without an Srf there is ARI, and there are no endpoints", async (t) => {
  const { where } = await MrfLab.start(t);
  const ms = await new Mrf().connect(where);
  assert.equal(ms.connected(), true);
  await assert.rejects(ms.createEndpoint(), { code: "ERR_MRF_NO_SRF" });
  await ms.disconnect();
});

for (const [name, options, code] of [
  ["remoteSdp", { remoteSdp: 1 }, "ERR_INVALID_ARG_TYPE"],
  ["headers", { headers: "X: 1" }, "ERR_INVALID_ARG_TYPE"],
  ["codecs", { codecs: "PCMU" }, "ERR_INVALID_ARG_TYPE"],
  ["timeout", { timeout: -1 }, "ERR_OUT_OF_RANGE"]
]) {
  test(`createEndpoint refuses wrong ${name} before anything is sent`, async (t) => {
    const lab = await MrfLab.start(t);
    lab.srf.on("invite", () => assert.fail("an INVITE was sent"));
    await assert.rejects(lab.ms.createEndpoint(options), { code });
  });
}

test("a stranger who dials the application goes on in the dialplan, and who came by ARI stays", async (t) => {
  const lab = await MrfLab.start(t);
  lab.enter("c1", "5551234");
  await lab.hasAsked("POST /channels/c1/continue");
  lab.enter("c2", "", { dialplan: { exten: "s" } });
  lab.server.say({
    type: "StasisStart",
    application: "another",
    channel: { id: "c3", caller: {}, dialplan: { exten: lab.ms.id } }
  });
  await lab.ms.ari.channels.list();
  assert.deepEqual(lab.asked, ["POST /channels/c1/continue", "GET /channels"]);
});

test("destroy sends a BYE and resolves when the channel is gone; once, however often it is asked", async (t) => {
  const lab = await MrfLab.start(t);
  const endpoint = await lab.endpoint("c1");
  const ends = [];
  endpoint.on("destroy", (end) => ends.push(end));
  const called = new Promise((resolve) => endpoint.destroy((...args) => resolve(args)));
  await within(Promise.all([endpoint.destroy(), endpoint.destroy(), called]));
  assert.deepEqual(ends, [{ reason: "destroy" }]);
  assert.deepEqual([endpoint.dialog.byes, endpoint.connected, lab.ms.endpoints.size], [1, false, 0]);
  await endpoint.destroy();
  assert.equal(ends.length, 1);
});

test("a channel whose BYE is lost is hung up by ARI", async (t) => {
  const lab = await MrfLab.start(t);
  const endpoint = await lab.endpoint("c1");
  endpoint.dialog.destroy = () => Promise.reject(new Error("no drachtio"));
  await within(endpoint.destroy());
  assert.ok(lab.asked.includes("DELETE /channels/c1"));
});

test("a channel that ends, or leaves the application, ends its endpoint and not its dialog", async (t) => {
  const lab = await MrfLab.start(t);
  const endpoint = await lab.endpoint("c1");
  lab.leave("c1");
  assert.deepEqual(await once(endpoint, "destroy"), [{ reason: "channel" }]);
  assert.equal(endpoint.dialog.byes, 0);
  // The dialog is the application's still.
  await endpoint.destroy();
  assert.equal(endpoint.dialog.byes, 1);
});

test("a BYE of Asterisk ends the endpoint, and whatever is left of its channel", async (t) => {
  const lab = await MrfLab.start(t);
  const endpoint = await lab.endpoint("c1");
  const over = once(endpoint, "destroy");
  endpoint.dialog.hangup();
  assert.deepEqual(await over, [{ reason: "dialog" }]);
  await lab.hasAsked("DELETE /channels/c1");
  assert.equal(endpoint.dialog.byes, 0);
});

test("drachtio-srf itself is an Srf: with no drachtio server behind it, an endpoint fails in time", async (t) => {
  const Srf = require("drachtio-srf");
  const { where } = await MrfLab.start(t);
  const srf = new Srf();
  const ms = await new Mrf(srf).connect(where);
  assert.ok(ms.srf instanceof Srf);
  const error = await within(ms.createEndpoint({ timeout: 100 }).catch((reason) => reason));
  assert.match(error.code, /^ERR_MRF_(SIP|TIMEOUT)$/);
  await ms.disconnect();
});

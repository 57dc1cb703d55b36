"use strict";

/** A caller connected to an endpoint, or not. */

const assert = require("node:assert/strict");
const { EventEmitter } = require("node:events");
const { test } = require("node:test");
const { MrfLab } = require("./support/mrf-lab");
const { eventually, once, within } = require("./support/wait");

const OFFER = "v=0\r\nm=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n";

test("a caller's SDP goes to Asterisk, and Asterisk's to the caller", async (t) => {
  const { lab, connected, invite } = await calling(t, { localSdp: OFFER, headers: { "X-Mine": "1" } });
  assert.equal(invite.localSdp, OFFER);
  invite.accept();
  await once(lab.srf, "answer");
  const [answer] = lab.srf.answers;
  assert.deepEqual(answer.options, { localSdp: "v=0 of Asterisk", headers: { "X-Mine": "1" } });
  answer.accept();
  const { endpoint, dialog } = await within(connected);
  assert.equal(dialog, answer.dialog);
  assert.equal(endpoint, lab.ms.endpoints.get("c1"));
});

test("connectCaller takes a callback with options and without", async (t) => {
  for (const args of [[], [{}]]) {
    const lab = await MrfLab.start(t);
    const called = new Promise((resolve) => {
      const returned = lab.ms.connectCaller(caller(), {}, ...args, (...got) => resolve(got));
      assert.equal(returned, lab.ms);
    });
    (await lab.srf.nextInvite()).refuse(488, "Not Acceptable Here");
    const [error] = await within(called);
    assert.deepEqual([error.code, error.status], ["ERR_MRF_SIP", 488]);
  }
});

test("of the caller's codecs those that are wanted are offered", async (t) => {
  const { invite } = await calling(t, { codecs: ["PCMA"] });
  assert.match(invite.localSdp, /^m=audio 4000 RTP\/AVP 8\r$/m);
});

test("a caller without an offer is refused before anything is sent", async (t) => {
  const lab = await MrfLab.start(t);
  await assert.rejects(lab.ms.connectCaller(caller(""), {}), { code: "ERR_MRF_NO_OFFER" });
});

test("an answer that cannot be sent takes the endpoint away", async (t) => {
  const { lab, connected, invite } = await calling(t);
  invite.accept();
  await once(lab.srf, "answer");
  lab.srf.answers[0].refuse(new Error("no drachtio"));
  await assert.rejects(within(connected), { message: "no drachtio" });
  assert.deepEqual([lab.ms.endpoints.size, invite.dialog.byes], [0, 1]);
});

test("a caller who gives up while the endpoint is made takes it away", async (t) => {
  const { lab, connected, invite, req } = await calling(t);
  req.emit("cancel");
  invite.accept();
  await assert.rejects(within(connected), { code: "ERR_MRF_CANCELED" });
  assert.deepEqual([lab.ms.endpoints.size, invite.dialog.byes, lab.srf.answers.length], [0, 1, 0]);
  assert.equal(req.listenerCount("cancel"), 0);
});

test("a caller who gives up while he is answered leaves neither endpoint nor dialog", async (t) => {
  const { lab, connected, invite, req } = await calling(t);
  invite.accept();
  await once(lab.srf, "answer");
  req.emit("cancel");
  await assert.rejects(within(connected), { code: "ERR_MRF_CANCELED" });
  assert.equal(invite.dialog.byes, 1);
  lab.srf.answers[0].accept();
  await eventually(() => lab.srf.answers[0].dialog.byes === 1);
});

test("a caller whose BYE comes with the ACK leaves neither endpoint nor channel", async (t) => {
  const { lab, connected, invite } = await calling(t);
  invite.accept();
  await once(lab.srf, "answer");
  lab.srf.answers[0].dialog.hangup();
  lab.srf.answers[0].accept();
  await assert.rejects(within(connected), { code: "ERR_MRF_CANCELED" });
  assert.deepEqual([lab.ms.endpoints.size, invite.dialog.byes, lab.channels.size], [0, 1, 0]);
});

test("an endpoint whose dialog was over before anybody had it is refused, and its channel goes", async (t) => {
  const { lab, connected, invite } = await calling(t);
  await lab.hasAsked("POST /channels/c1/answer");
  invite.dialog.hangup();
  invite.accept();
  await assert.rejects(within(connected), { code: "ERR_MRF_CHANNEL_ENDED" });
  await eventually(() => lab.channels.size === 0);
  assert.equal(lab.ms.endpoints.size, 0);
});

test("what fails and is awaited by nobody is a warning, of endpoints as well", async (t) => {
  const lab = await MrfLab.start(t);
  const endpoint = await lab.endpoint("c1");
  await endpoint.destroy();
  for (const start of [
    () => endpoint.play("missing.wav"),
    () => endpoint.record("missing/x.wav"),
    () => endpoint.fork("ws://127.0.0.1:1"),
    () => endpoint.stream(),
    () => lab.ms.createEndpoint({ timeout: "soon" }),
    () => lab.ms.connectCaller(caller(""), {})
  ]) {
    const warned = once(process, "warning");
    start();
    assert.match((await within(warned))[0].code, /^ERR_/);
  }
});

test("a caller who had given up before is not connected", async (t) => {
  const lab = await MrfLab.start(t);
  const connected = lab.ms.connectCaller(Object.assign(caller(), { canceled: true }), {});
  await assert.rejects(within(connected), { code: "ERR_MRF_CANCELED" });
});

/** A caller whose endpoint is in the making, with its channel in the application. */
async function calling(t, options) {
  const lab = await MrfLab.start(t);
  const req = caller();
  const connected = lab.ms.connectCaller(req, {}, options);
  connected.catch(() => {});
  const invite = await lab.srf.nextInvite();
  invite.dialog.onBye = () => lab.leave("c1");
  lab.enter("c1", invite.number);
  return { lab, connected, invite, req };
}

function caller(body = OFFER) {
  return Object.assign(new EventEmitter(), { body });
}

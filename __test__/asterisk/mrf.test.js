"use strict";

/** callstreams/mrf: every documented member, with ARI and chan_pjsip as drachtio-astmrf wants them. */

const assert = require("node:assert/strict");
const { randomBytes } = require("node:crypto");
const { findFolder } = require("../support/asterisk-folder");
const { Asterisk } = require("../support/asterisk");
const { NOTHING, application, leftOvers, sipp, whereIs } = require("../support/asterisk-mrf");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until } = require("../support/asterisk-wait");
const { Ear } = require("../support/rtp");
const { TestSrf } = require("../support/test-srf");
const { eventually, once, within } = require("../support/wait");
const Mrf = require("../../mrf.js");

asteriskSuite(
  "callstreams/mrf",
  (test) => {
    test("connect runs an application, and disconnect takes it away with all that is in it", async ({
      asterisk,
      t
    }) => {
      const { mrf, ms } = await application(t, asterisk);
      assert.deepEqual((await leftOvers(asterisk)).applications, [ms.id]);
      assert.deepEqual([ms.connected(), mrf.mediaservers], [true, [ms]]);
      const endpoint = await ms.createEndpoint();
      const other = ms.ari.Channel();
      await other.originate({
        endpoint: "Local/s@far/n",
        app: ms.id,
        variables: { FAR_STEPS: "1", FAR_1: "Wait(20)" }
      });
      await once(ms.ari, "StasisStart");
      const over = once(endpoint, "destroy");
      await ms.disconnect();
      assert.deepEqual(await over, [{ reason: "disconnect" }]);
      assert.deepEqual(await settled(asterisk), NOTHING);
      assert.deepEqual([ms.connected(), mrf.mediaservers], [false, []]);
    });

    test("an endpoint has a channel, a dialog and both SDPs", async ({ asterisk, t }) => {
      const { srf, ms } = await application(t, asterisk);
      const endpoint = await ms.createEndpoint();
      const [channel] = await ms.ari.channels.list();
      assert.deepEqual([endpoint.channelId, endpoint.channelName], [channel.id, channel.name]);
      assert.match(endpoint.channelName, /^PJSIP\/drachtio-/);
      assert.equal((await endpoint.channel.get()).state, "Up");
      assert.match(endpoint.local.sdp, /^a=inactive\r$/m);
      assert.match(endpoint.remote.sdp, /^s=callstreams\r$/m);
      assert.deepEqual([endpoint.mediaserver, endpoint.srf, endpoint.dialog.srf], [ms, srf, undefined]);
      assert.equal(ms.endpoints.get(channel.id), endpoint);

      const over = once(endpoint, "destroy");
      await endpoint.destroy();
      assert.deepEqual(await over, [{ reason: "destroy" }]);
      assert.equal(srf.dialogs.size, 0);
      assert.deepEqual(await ms.ari.channels.list(), []);
    });

    test("an inactive endpoint is heard once its dialog is modified", async ({ asterisk, t }) => {
      const { ms } = await application(t, asterisk);
      const endpoint = await ms.createEndpoint();
      const ear = await Ear.open(t);
      await endpoint.dialog.modify(ear.sdp);
      const sound = randomBytes(4000);
      await endpoint.channel.play({ media: asterisk.writeMuLaw("modified", sound) });
      await ear.hearsBytes(sound);
    });

    test("an endpoint streams to the SDP it is given, in the codec that is wanted", async ({
      asterisk,
      t
    }) => {
      const { ms } = await application(t, asterisk);
      const ear = await Ear.open(t);
      const offer = ear.sdp.replace("AVP 0", "AVP 8 0");
      const endpoint = await ms.createEndpoint({ remoteSdp: offer, codecs: ["PCMU"] });
      assert.match(endpoint.local.sdp, /^m=audio \d+ RTP\/AVP 0\r$/m);
      const sound = randomBytes(4000);
      const playback = ms.ari.Playback();
      const finished = once(playback, "PlaybackFinished", 10_000);
      await endpoint.channel.play({ media: asterisk.writeMuLaw("given", sound) }, playback);
      await ear.hearsBytes(sound);
      assert.equal((await finished)[0].playback.state, "done");
    });

    test("callbacks do as promises do", async ({ asterisk, t }) => {
      const srf = await TestSrf.start(t);
      const mrf = new Mrf(srf);
      const called = (act) =>
        within(
          new Promise((resolve, reject) => act((error, value) => (error ? reject(error) : resolve(value))))
        );
      const ms = await called((callback) => mrf.connect(whereIs(asterisk), callback));
      t.after(() => ms.disconnect());
      const endpoint = await called((callback) => ms.createEndpoint(callback));
      const playback = ms.ari.Playback();
      const started = await called((callback) =>
        endpoint.channel.play({ media: "sound:tt-monkeys" }, playback, callback)
      );
      assert.equal(started.id, playback.id);
      await called((callback) => endpoint.destroy(callback));
      await called((callback) => ms.disconnect(callback));
    });

    test("the README's example: a caller hears the monkeys, hangs up, and nothing is left", async ({
      asterisk,
      t
    }) => {
      const { srf, ms } = await application(t, asterisk);
      const played = [];
      srf.invite((req, res) => {
        ms.connectCaller(req, res, { localSdp: req.body, headers: { "X-Mine": "1" } }).then(
          ({ endpoint, dialog }) => {
            const { ari } = ms;
            const { channel } = endpoint;
            dialog.on("destroy", () => endpoint.destroy());
            const playback = ari.Playback();
            channel.play({ media: "sound:tt-monkeys" }, playback, (err, newPlayback) =>
              played.push([err, newPlayback.id, playback.id])
            );
          }
        );
      });
      const caller = await TestSrf.start(t);
      const ear = await Ear.open(t);
      const dialog = await caller.createUAC(`sip:monkeys@${srf.address}`, { localSdp: ear.sdp });
      await ear.hears(1000, 10_000);
      assert.equal(caller.agent.seen.find(({ status }) => status === 200).get("X-Mine"), "1");
      const [[error, id, same]] = played;
      assert.deepEqual([error, id], [null, same]);
      await dialog.destroy();
      await eventually(() => ms.endpoints.size === 0);
      assert.deepEqual((await settled(asterisk, ms)).channels, []);
      assert.equal(srf.dialogs.size, 0);
    });

    test("sipp calls ten times at once, and each call is answered by an endpoint of its own", async ({
      asterisk,
      t
    }) => {
      const { srf, ms } = await application(t, asterisk);
      const channels = new Set();
      srf.invite(async (req, res) => {
        const { endpoint, dialog } = await ms.connectCaller(req, res);
        channels.add(endpoint.channelId);
        dialog.on("destroy", () => endpoint.destroy());
        endpoint.channel.play({ media: "sound:tt-monkeys" });
      });
      await sipp(asterisk, srf.agent.port, { calls: 10 });
      assert.equal(channels.size, 10);
      await eventually(() => ms.endpoints.size === 0);
    });

    test("a caller who gives up while Asterisk is asked leaves no channel", async ({ asterisk, t }) => {
      const { srf, ms } = await application(t, asterisk);
      const outcome = new Promise((resolve) =>
        srf.invite((req, res) => ms.connectCaller(req, res).then(resolve, resolve))
      );
      const caller = await TestSrf.start(t);
      const call = { localSdp: (await Ear.open(t)).sdp };
      const dialled = caller.createUAC(`sip:a@${srf.address}`, call, {
        cbRequest: (error, request) => request.cancel()
      });
      await assert.rejects(dialled, { status: 487 });
      assert.equal((await within(outcome)).code, "ERR_MRF_CANCELED");
      assert.deepEqual((await settled(asterisk, ms)).channels, []);
    });

    test("an endpoint that takes too long leaves no channel", async ({ asterisk, t }) => {
      const { srf, ms } = await application(t, asterisk);
      await assert.rejects(ms.createEndpoint({ timeout: 1 }), { code: "ERR_MRF_TIMEOUT" });
      assert.equal((await ms.createEndpoint()).connected, true);
      await until(async () => (await leftOvers(asterisk)).channels.length === 1, "one channel is left");
      assert.equal(srf.dialogs.size, 1);
    });

    test("an INVITE that Asterisk refuses says how", async ({ asterisk, t }) => {
      const { ms } = await application(t, asterisk);
      const error = await ms
        .createEndpoint({
          remoteSdp:
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 34\r\n"
        })
        .catch((reason) => reason);
      assert.deepEqual([error.code, error.status], ["ERR_MRF_SIP", 488]);
    });

    test("a channel that is hung up ends its endpoint and its dialog", async ({ asterisk, t }) => {
      const { srf, ms } = await application(t, asterisk);
      const endpoint = await ms.createEndpoint();
      const over = once(endpoint, "destroy");
      await endpoint.channel.hangup();
      assert.match((await over)[0].reason, /^(channel|dialog)$/);
      await eventually(() => srf.dialogs.size === 0);
    });

    test("a channel that goes on in the dialplan ends its endpoint, and its dialog stays", async ({
      asterisk,
      t
    }) => {
      const { srf, ms } = await application(t, asterisk);
      const endpoint = await ms.createEndpoint();
      const over = once(endpoint, "destroy");
      await endpoint.channel.setChannelVar({ variable: "FAR_STEPS", value: "1" });
      await endpoint.channel.setChannelVar({ variable: "FAR_1", value: "Wait(20)" });
      await endpoint.channel.continueInDialplan({ context: "far", extension: "s", priority: 1 });
      assert.deepEqual(await over, [{ reason: "channel" }]);
      assert.equal(srf.dialogs.size, 1);
      await endpoint.destroy();
      assert.deepEqual((await settled(asterisk, ms)).channels, []);
    });

    test("a stranger who dials the application goes on in the dialplan, which ends here", async ({
      asterisk,
      t
    }) => {
      const { ms } = await application(t, asterisk);
      const stranger = await TestSrf.start(t);
      const options = { headers: { "User-Agent": "drachtio" }, localSdp: (await Ear.open(t)).sdp };
      const dialled = stranger.createUAC(`sip:${ms.id}@127.0.0.1:${asterisk.sipPort}`, options);
      await assert.rejects(within(dialled), (error) => error.status >= 400);
      assert.equal(ms.endpoints.size, 0);
    });

    test("one Mrf has several Asterisks, each with endpoints of its own", async ({ asterisk, t }) => {
      const { mrf, ms } = await application(t, asterisk);
      const another = await Asterisk.start(findFolder().folder, { sip: true });
      t.after(() => another.stop());
      const second = await mrf.connect(whereIs(another));
      t.after(() => second.disconnect());
      assert.deepEqual(mrf.mediaservers, [ms, second]);
      const endpoints = await Promise.all([ms.createEndpoint(), second.createEndpoint()]);
      assert.deepEqual(
        endpoints.map(({ mediaserver }) => mediaserver),
        [ms, second]
      );
      assert.deepEqual([ms.endpoints.size, second.endpoints.size], [1, 1]);
      await second.disconnect();
      assert.equal(endpoints[0].connected, true);
    });
  },
  { sip: true }
);

/** What is left at Asterisk, which may need a moment for the last of it. */
async function settled(asterisk, ms) {
  const isDone = ({ channels, applications }) =>
    channels.length === 0 && applications.every((name) => name === ms?.id);
  await until(async () => isDone(await leftOvers(asterisk)), "Asterisk has nothing left", 3000).catch(
    () => {}
  );
  return leftOvers(asterisk);
}

"use strict";

/** callstreams/mrf when Asterisk refuses, is cut off, dies and comes back. */

const assert = require("node:assert/strict");
const { randomBytes } = require("node:crypto");
const { inspect } = require("node:util");
const { freePort } = require("../support/asterisk");
const { NOTHING, application, leftOvers, whereIs } = require("../support/asterisk-mrf");
const { asteriskSuite } = require("../support/asterisk-suite");
const { Proxy } = require("../support/proxy");
const { Ear } = require("../support/rtp");
const { TestSrf } = require("../support/test-srf");
const { eventually, once, within } = require("../support/wait");
const Mrf = require("../../mrf.js");

asteriskSuite(
  "callstreams/mrf, when things go wrong",
  (test) => {
    test("a wrong password is refused, and not told", async ({ asterisk, t }) => {
      const { error, log } = await refusal(t, asterisk, { password: "not the password" });
      assert.equal(error.code, "ERR_ARI_UNAUTHORIZED");
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }) + log.join(), /not the password/);
      assert.deepEqual(await leftOvers(asterisk), NOTHING);
    });

    test("a closed ARI port is refused at once", async ({ asterisk, t }) => {
      const { error } = await refusal(t, asterisk, { port: await freePort() });
      assert.equal(error.code, "ECONNREFUSED");
    });

    test("SIP that nobody answers is given up in time", async ({ asterisk, t }) => {
      const mrf = new Mrf(await TestSrf.start(t));
      const { ari } = whereIs(asterisk);
      const ms = await mrf.connect({ ari, sip: { address: "127.0.0.1", port: await freePort("udp") } });
      t.after(() => ms.disconnect());
      await assert.rejects(within(ms.createEndpoint({ timeout: 200 })), { code: "ERR_MRF_TIMEOUT" });
    });

    test("endpoints outlive a cut connection, and what ended meanwhile is found out", async ({
      asterisk,
      t
    }) => {
      const proxy = await Proxy.to(t, asterisk.access.port);
      const { ms } = await application(t, asterisk, { port: proxy.port });
      const ear = await Ear.open(t);
      const [kept, gone] = await Promise.all([
        ms.createEndpoint({ remoteSdp: ear.sdp }),
        ms.createEndpoint()
      ]);
      const over = once(gone, "destroy");
      // Asterisk's BYE does not get through either.
      gone.dialog.removeAllListeners();
      proxy.isOpen = false;
      proxy.cut();
      await once(ms, "lost");
      await asterisk.ari.request("DELETE", `/channels/${gone.channelId}`);
      proxy.isOpen = true;
      await once(ms, "reconnect", 10_000);
      assert.deepEqual(await over, [{ reason: "lost" }]);
      assert.deepEqual([kept.connected, ms.connected()], [true, true]);

      const sound = randomBytes(3200);
      const playback = ms.ari.Playback();
      const finished = once(playback, "PlaybackFinished", 10_000);
      await kept.channel.play({ media: asterisk.writeMuLaw("kept", sound) }, playback);
      await ear.hearsBytes(sound);
      await finished;
      await kept.destroy();
      assert.equal((await ms.createEndpoint()).connected, true);
      await ms.disconnect();
      assert.deepEqual(await leftOvers(asterisk), NOTHING);
    });

    test("Asterisk killed in mid-call ends its endpoints when it is back, and new ones can be made", async ({
      asterisk,
      t
    }) => {
      const { srf, ms } = await application(t, asterisk);
      const endpoints = await Promise.all([ms.createEndpoint(), ms.createEndpoint()]);
      const ends = endpoints.map((endpoint) => once(endpoint, "destroy", 30_000));
      const lost = once(ms, "lost");
      await asterisk.crash();
      await lost;
      assert.equal(ms.connected(), false);
      const back = once(ms, "reconnect", 30_000);
      await asterisk.restart();
      await back;
      assert.deepEqual(await Promise.all(ends), [[{ reason: "lost" }], [{ reason: "lost" }]]);
      assert.equal(ms.endpoints.size, 0);
      await eventually(() => srf.dialogs.size === 0);

      const endpoint = await ms.createEndpoint();
      await endpoint.destroy();
      await ms.disconnect();
      assert.deepEqual(await leftOvers(asterisk), NOTHING);
    }, 60_000);

    test("Asterisk killed for good ends its endpoints after the grace, and disconnect is soon over", async ({
      asterisk,
      t
    }) => {
      const { ms } = await application(t, asterisk, { graceMs: 300 });
      const endpoint = await ms.createEndpoint();
      const over = once(endpoint, "destroy");
      await asterisk.crash();
      assert.deepEqual(await over, [{ reason: "lost" }]);
      await within(ms.disconnect(), 2000);
    });
  },
  { sip: true }
);

async function refusal(t, asterisk, change) {
  const log = [];
  const tell = (text) => log.push(text);
  const mrf = new Mrf(await TestSrf.start(t), { logger: { info: tell, error: tell } });
  const { ari, sip } = whereIs(asterisk);
  const connected = mrf.connect({ ari: { ...ari, ...change }, sip });
  return {
    error: await within(
      connected.catch((reason) => reason),
      2000
    ),
    log
  };
}

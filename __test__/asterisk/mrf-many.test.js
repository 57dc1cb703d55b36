"use strict";

/** callstreams/mrf: endpoints by the dozen leave nothing behind. */

const assert = require("node:assert/strict");
const { NOTHING, application, leftOvers } = require("../support/asterisk-mrf");
const { asteriskSuite } = require("../support/asterisk-suite");
const { until } = require("../support/asterisk-wait");

const MANY = 50;

asteriskSuite(
  "callstreams/mrf, many endpoints",
  (test) => {
    test(`${MANY} endpoints made and destroyed leave no channel, bridge, dialog or listener, and then no application`, async ({
      asterisk,
      t
    }) => {
      const { srf, ms } = await application(t, asterisk);
      const { ari } = ms;
      const listeners = () => ari.eventNames().reduce((sum, name) => sum + ari.listenerCount(name), 0);
      const before = listeners();
      const endpoints = await Promise.all(Array.from({ length: MANY }, () => ms.createEndpoint()));
      const ids = new Set(endpoints.map(({ channelId }) => channelId));
      assert.deepEqual([ids.size, ms.endpoints.size, srf.dialogs.size], [MANY, MANY, MANY]);
      const bridge = await ari.Bridge().create({ type: "mixing" });
      await bridge.addChannel({ channel: [...ids] });
      for (const endpoint of endpoints) {
        endpoint.channel.on("ChannelLeftBridge", () => {});
      }
      await bridge.destroy();
      const reasons = [];
      endpoints.forEach((endpoint) => endpoint.on("destroy", ({ reason }) => reasons.push(reason)));
      await Promise.all(endpoints.map((endpoint) => endpoint.destroy()));
      assert.deepEqual(reasons, Array(MANY).fill("destroy"));
      assert.deepEqual([ms.endpoints.size, srf.dialogs.size, listeners()], [0, 0, before]);
      const gone = async () => (await leftOvers(asterisk)).channels.length === 0;
      await until(gone, "the channels are gone");
      assert.deepEqual(await leftOvers(asterisk), { ...NOTHING, applications: [ms.id] });
      await ms.disconnect();
      assert.deepEqual(await leftOvers(asterisk), NOTHING);
    }, 60_000);
  },
  { sip: true }
);

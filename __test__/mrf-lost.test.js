"use strict";

/** callstreams/mrf when ARI goes, comes back, or is let go of. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { MrfLab } = require("./support/mrf-lab");
const { eventually, once, within } = require("./support/wait");

test("endpoints outlive a lost ARI when their channels do", async (t) => {
  const lab = await MrfLab.start(t);
  const kept = await lab.endpoint("c1");
  const gone = await lab.endpoint("c2");
  const over = once(gone, "destroy");
  const lost = once(lab.ms, "lost");
  lab.channels.delete("c2");
  lab.server.drop();
  const [error] = await lost;
  assert.equal(error.code, "ERR_ARI_RESPONSE");
  assert.equal(lab.ms.connected(), false);
  await assert.rejects(lab.ms.createEndpoint(), { code: "ERR_MRF_LOST" });

  await once(lab.ms, "reconnect");
  assert.equal(lab.ms.connected(), true);
  assert.deepEqual(await over, [{ reason: "lost" }]);
  // For SIP it may be up still.
  await eventually(() => gone.dialog.byes === 1);
  assert.equal(kept.connected, true);
  assert.deepEqual([...lab.ms.endpoints.keys()], ["c1"]);
  lab.leave("c1");
  assert.deepEqual(await once(kept, "destroy"), [{ reason: "channel" }]);
});

test("an endpoint in the making fails at once when ARI is lost", async (t) => {
  const lab = await MrfLab.start(t);
  const made = lab.ms.createEndpoint();
  const invite = await lab.srf.nextInvite();
  lab.server.drop();
  await assert.rejects(within(made), { code: "ERR_MRF_LOST" });
  await eventually(() => invite.cancels === 1);
});

test("endpoints are given up when ARI does not come back in time", async (t) => {
  const lab = await MrfLab.start(t, { graceMs: 50 });
  const endpoint = await lab.endpoint("c1");
  lab.server.takesSockets = false;
  lab.server.drop();
  assert.deepEqual(await once(endpoint, "destroy"), [{ reason: "lost" }]);
  await eventually(() => endpoint.dialog.byes === 1);
  assert.equal(lab.ms.endpoints.size, 0);
  lab.server.takesSockets = true;
  await once(lab.ms, "reconnect");
  assert.equal((await lab.endpoint("c2")).channelId, "c2");
});

test("an endpoint is destroyed by SIP alone while ARI is lost", async (t) => {
  const lab = await MrfLab.start(t);
  const endpoint = await lab.endpoint("c1");
  endpoint.dialog.onBye = undefined;
  lab.server.takesSockets = false;
  lab.server.drop();
  await once(lab.ms, "lost");
  const over = once(endpoint, "destroy");
  await within(endpoint.destroy(), 1000);
  assert.deepEqual(await over, [{ reason: "destroy" }]);
});

test("disconnect ends endpoints, those in the making, what else is in the application, and the application", async (t) => {
  const lab = await MrfLab.start(t);
  const { ms, mrf, server } = lab;
  const endpoint = await lab.endpoint("c1");
  const app = (data) => ({ dialplan: { exten: "s", app_name: "Stasis", app_data: data } });
  lab.enter("ours", "", app(`${ms.id},an argument`));
  lab.enter("theirs", "", app("another"));
  const making = assert.rejects(ms.createEndpoint(), { code: "ERR_MRF_DISCONNECTED" });
  const invite = await lab.srf.nextInvite();
  const over = once(endpoint, "destroy");
  const told = once(ms, "disconnect");

  await within(
    Promise.all([ms.disconnect(), ms.disconnect(), new Promise((resolve) => ms.disconnect(resolve))])
  );
  await making;
  assert.deepEqual(await over, [{ reason: "disconnect" }]);
  assert.equal(invite.cancels, 1);
  assert.deepEqual([endpoint.dialog.byes, ms.connected(), mrf.mediaservers], [1, false, []]);
  assert.deepEqual([...lab.channels.keys()], ["theirs"]);
  await eventually(() => server.apps.length === 0);
  await told;
  await assert.rejects(ms.createEndpoint(), { code: "ERR_MRF_DISCONNECTED" });
});

test("disconnect waits for channels to go, and ends what the application is subscribed to", async (t) => {
  const lab = await MrfLab.start(t);
  const { ms, server } = lab;
  lab.enter("slow", "", { dialplan: { exten: "s", app_name: "Stasis", app_data: ms.id } });
  const { answer } = server;
  server.answer = (asked) =>
    asked.method === "DELETE" && asked.path === "/channels/slow" ? [204] : answer(asked);
  lab.subscriptions = { bridge_ids: ["b1"], endpoint_ids: ["PJSIP/a"], device_names: ["Stasis:d"] };
  setTimeout(() => lab.leave("slow"), 100);
  await within(ms.disconnect());
  assert.equal(lab.channels.size, 0);
  assert.equal(lab.unsubscribed, "bridge:b1,endpoint:PJSIP/a,deviceState:Stasis:d");
});

test("disconnect is over in time though ARI is lost", async (t) => {
  const lab = await MrfLab.start(t);
  await lab.endpoint("c1");
  lab.server.close();
  await once(lab.ms, "lost");
  await within(lab.ms.disconnect(), 2000);
  assert.equal(lab.ms.endpoints.size, 0);
});

test("an application that removes all listeners removes none of the library's", async (t) => {
  const lab = await MrfLab.start(t);
  const endpoint = await lab.endpoint("c1");
  endpoint.removeAllListeners();
  lab.ms.removeAllListeners();
  lab.leave("c1");
  await eventually(() => lab.ms.endpoints.size === 0);
});

"use strict";

/**
 * The end of a Stasis application. Asterisk keeps one that is let go of for as long as it is
 * subscribed to anything, and for ever if nothing comes along to make it look again. So before the
 * connection is closed, all that is in the application is hung up and seen to be gone.
 */

const { setTimeout: sleep } = require("node:timers/promises");

const POLL_MS = 25;
const MAX_POLLS = 40;

/** What an application may be subscribed to, and how to say so. */
const SOURCES = {
  channel_ids: "channel",
  bridge_ids: "bridge",
  endpoint_ids: "endpoint",
  device_names: "deviceState"
};

/** Hangs up the channels in the application and ends its subscriptions; rejects where ARI is away. */
async function emptyApplication(ari, id) {
  const channels = await ari.channels.list();
  const isInside = ({ dialplan: { app_name: name, app_data: data } }) =>
    name === "Stasis" && data.split(",")[0] === id;
  await Promise.allSettled(channels.filter(isInside).map((channel) => channel.hangup()));

  const eventSource = await restOf(ari, id);
  if (eventSource.length > 0) {
    await ari.applications.unsubscribe({ applicationName: id, eventSource });
  }
}

/** What it is still subscribed to, when what was hung up has had its time to go. */
async function restOf(ari, id) {
  let sources;
  for (let polls = 0; polls < MAX_POLLS; polls += 1) {
    sources = sourcesOf(await ari.applications.get({ applicationName: id }));
    if (!sources.some((source) => source.startsWith("channel:"))) {
      break;
    }
    await sleep(POLL_MS);
  }
  return sources;
}

function sourcesOf(application) {
  return Object.entries(SOURCES).flatMap(([field, kind]) =>
    (application[field] ?? []).map((name) => `${kind}:${name}`)
  );
}

module.exports = { emptyApplication };

"use strict";

/** What ARI joins: external media channels, and bridges. */

/** A channel that connects to `where` and speaks AudioSocket there; gives its id. */
async function externalMedia(ari, { where, ref, format }) {
  const query = new URLSearchParams({
    app: ari.app,
    external_host: where,
    encapsulation: "audiosocket",
    transport: "tcp",
    format,
    data: ref
  });
  return mediaChannel(ari, query);
}

/** A channel of chan_websocket that connects as `client`, or waits to be connected to as `INCOMING`. */
function webSocketMedia(ari, { client = "app", format, options = "" }) {
  const query = new URLSearchParams({
    app: ari.app,
    external_host: client,
    encapsulation: "none",
    transport: "websocket",
    format,
    ...(client === "INCOMING" && { connection_type: "server" }),
    ...(options && { transport_data: options })
  });
  return mediaChannel(ari, query);
}

async function mediaChannel(ari, query) {
  const { id } = await ari.request("POST", `/channels/externalMedia?${query}`);
  // One that waits to be connected to is handed over once it is.
  if (query.get("connection_type") !== "server") {
    await ari.channelEvent("StasisStart", id);
  }
  return id;
}

/** A mixing bridge with these channels in it, until the test ends. */
async function bridged(t, ari, channels) {
  const { id } = await ari.request("POST", "/bridges", { type: "mixing" });
  t.after(() => ari.request("DELETE", `/bridges/${id}`));
  for (const channel of channels) {
    await ari.request("POST", `/bridges/${id}/addChannel`, { channel });
    await ari.channelEvent("ChannelEnteredBridge", channel);
  }
}

module.exports = { bridged, externalMedia, webSocketMedia };

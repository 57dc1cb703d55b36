"use strict";

/** Streams of channels, of an Asterisk that is played: what it is asked, and what is removed in the end. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { setTimeout } = require("node:timers/promises");
const { connect } = require("../lib/ari/connect.js");
const { ChannelAudio } = require("../lib/media/channel-audio.js");
const { audioOptions } = require("../lib/media/options.js");
const { AriServer, PASSWORD, USER } = require("./support/ari-server.js");
const { call } = require("./support/peer.js");
const { eventually, once, within } = require("./support/wait.js");

const CHANNEL = "caller";

/** An Asterisk with one channel, which does what it is asked unless the test says otherwise. */
class Lab {
  /** What the test says: `on["POST /bridges"] = (asked) => [500]`. */
  on = {};
  bridges = [];
  /** Ids of what was made and not removed. */
  left = new Set();
  peers = [];

  static async start(t, options = {}) {
    const lab = new Lab();
    lab.server = await AriServer.start(t);
    lab.server.answer = (asked) => lab.#answer(asked);
    const ari = await connect(lab.server.url, USER, PASSWORD, { timeout: 500 });
    lab.audio = new ChannelAudio(ari, audioOptions("options", options));
    t.after(() => lab.audio.close());
    t.after(() => lab.peers.forEach((peer) => peer.destroy()));
    return lab;
  }

  /** What was asked so often, `METHOD path` with ids as `*`. */
  asked(request) {
    return this.requests.filter((one) => one === request).length;
  }

  /** The ids of the last channels that were made. */
  get media() {
    return this.server.requests.findLast(([, path]) => path === "/channels/externalMedia")[2].channelId;
  }

  get snoop() {
    return this.server.requests.findLast(([, path]) => path.includes("/snoop/"))[1].split("/").at(-1);
  }

  get requests() {
    return this.server.requests.map(([method, path]) => `${method} ${pathOf(path)}`);
  }

  say(type, id, more) {
    this.server.say({ type, channel: { id }, ...more });
  }

  #answer(asked) {
    const said = this.on[`${asked.method} ${pathOf(asked.path)}`]?.(asked);
    return said ?? this.obey(asked);
  }

  /** As Asterisk does. */
  obey({ method, path, query }) {
    switch (`${method} ${pathOf(path)}`) {
      case `GET /channels/${CHANNEL}`:
        return [200, { id: CHANNEL, dialplan: { app_name: "Stasis" } }];
      case "GET /channels/*":
        return this.left.has(path.split("/")[2]) ? [200, {}] : [404];
      case "GET /bridges":
        return [200, this.bridges];
      case "POST /bridges":
        this.left.add(query.bridgeId);
        return [200, { id: query.bridgeId }];
      case "POST /channels/externalMedia":
        return this.#openMedia(query);
      case `POST /channels/${CHANNEL}/snoop/*`:
        return this.#start(path.split("/").at(-1));
      case "DELETE /channels/*":
      case "DELETE /bridges/*":
        return this.#remove(path.split("/")[2]);
    }
    return [204];
  }

  #openMedia({ channelId, external_host: host, data }) {
    this.peers.push(call(Number(host.split(":")[1]), data));
    return this.#start(channelId);
  }

  #start(id) {
    this.left.add(id);
    this.say("StasisStart", id);
    return [200, { id }];
  }

  #remove(id) {
    const isThere = this.left.delete(id);
    if (isThere) {
      this.say("ChannelDestroyed", id);
    }
    return [isThere ? 204 : 404];
  }
}

test("a stream asks for what it needs, by ids of its own, and for nothing twice", async (t) => {
  const lab = await Lab.start(t);
  const stream = await lab.audio.stream(CHANNEL, { sampleRate: 16_000 });
  assert.equal(stream.sampleRate, 16_000);
  const [, , media] = lab.server.requests.find(([, path]) => path === "/channels/externalMedia");
  assert.equal(media.format, "slin16");
  assert.match(media.external_host, /^127\.0\.0\.1:\d+$/);
  assert.match(media.app, /^callstreams-audio-/);
  const [, bridge, joined] = lab.server.requests.find(([, path]) => path.endsWith("/addChannel"));
  assert.equal(joined.channel, `${CHANNEL},${media.channelId}`);
  assert.equal(bridge, `/bridges/${[...lab.left].find((id) => id !== media.channelId)}/addChannel`);
  await lab.audio.close();
  assert.deepEqual([...lab.left], []);
  assert.equal(new Set(lab.requests).size, lab.requests.length);
});

test("what is made after the time-out is removed all the same", async (t) => {
  const lab = await Lab.start(t);
  let obey;
  const media = new Promise((resolve) => (obey = resolve));
  lab.on["POST /channels/externalMedia"] = async (asked) => {
    await media;
    return lab.obey(asked);
  };
  await assert.rejects(lab.audio.stream(CHANNEL, { timeout: 50 }), { code: "ERR_MEDIA_TIMEOUT" });
  // Whoever does not wait has asked long ago.
  await setTimeout(100);
  assert.equal(lab.asked("DELETE /bridges/*"), 0, "the teardown waits for what is being made");
  obey();
  await eventually(() => lab.asked("DELETE /channels/*") === 1);
  await eventually(() => lab.left.size === 0);
});

test("what was made by a request whose answer is lost is removed", async (t) => {
  const lab = await Lab.start(t);
  for (const request of ["POST /bridges", "POST /channels/externalMedia"]) {
    lab.on[request] = (asked) => {
      lab.obey(asked);
      return ["never"];
    };
    const code = request === "POST /bridges" ? "ERR_ARI_TIMEOUT" : "ERR_MEDIA_FAILED";
    await assert.rejects(lab.audio.stream(CHANNEL), { code });
    await eventually(() => lab.left.size === 0);
    delete lab.on[request];
  }
});

test("a request that is refused takes down what the others made, and is told", async (t) => {
  const lab = await Lab.start(t);
  const refusals = {
    "POST /channels/externalMedia": "ERR_MEDIA_FAILED",
    "POST /bridges": "ERR_ARI_STATUS",
    "POST /bridges/*/addChannel": "ERR_ARI_STATUS",
    [`POST /channels/${CHANNEL}/snoop/*`]: "ERR_ARI_STATUS",
    "POST /applications/*/subscription": "ERR_ARI_STATUS"
  };
  for (const [request, code] of Object.entries(refusals)) {
    lab.on[request] = () => [500, { message: "mine" }];
    const direction = request.includes("snoop") ? "in" : "both";
    const error = await lab.audio.stream(CHANNEL, { direction }).catch((failure) => failure);
    assert.equal(error.code, code, error.stack);
    assert.match(error.message, /mine/);
    await eventually(() => lab.left.size === 0);
    delete lab.on[request];
  }
  const stream = await lab.audio.stream(CHANNEL);
  stream.hangup();
});

test("a channel that ends while it is being joined is the reason, whatever fails of it", async (t) => {
  const lab = await Lab.start(t);
  lab.on["POST /bridges/*/addChannel"] = () => {
    lab.on[`GET /channels/${CHANNEL}`] = () => [404];
    return [400, { message: "Channel not found" }];
  };
  await assert.rejects(lab.audio.stream(CHANNEL), { code: "ERR_CHANNEL_GONE" });
  await eventually(() => lab.left.size === 0);
});

test("a media channel that ends before it is joined is told", async (t) => {
  const lab = await Lab.start(t);
  lab.on["POST /channels/externalMedia"] = ({ query }) => {
    lab.say("ChannelDestroyed", query.channelId);
    return [200, { id: query.channelId }];
  };
  await assert.rejects(lab.audio.stream(CHANNEL), { code: "ERR_MEDIA_FAILED", message: /ended at once/ });
  await eventually(() => lab.left.size === 0);
});

test("a stream ends when its snoop does, of which Asterisk says only that it has left", async (t) => {
  const lab = await Lab.start(t);
  await lab.audio.stream(CHANNEL, { direction: "in" });
  lab.say("StasisEnd", lab.snoop);
  lab.left.delete(lab.snoop);
  await eventually(() => lab.left.size === 0);
  assert.equal(lab.asked(`POST /channels/${CHANNEL}/silence`), 0);
});

test("a listener of keys that throws ends its own stream, and is no exception of everybody's", async (t) => {
  const lab = await Lab.start(t);
  const [broken, other] = await Promise.all([1, 2].map(() => lab.audio.stream(CHANNEL, { direction: "in" })));
  const keys = [];
  broken.on("dtmf", () => {
    throw new Error("out of order");
  });
  other.on("dtmf", (key) => keys.push(key));
  const ended = once(broken, "end");
  const warned = once(process, "warning");
  lab.say("ChannelDtmfReceived", CHANNEL, { digit: "5" });
  await ended;
  assert.equal((await warned)[0].message, "out of order");
  assert.deepEqual(keys, ["5"]);
});

test("a snoop of which Asterisk cannot let go is freed by a little silence", async (t) => {
  const lab = await Lab.start(t);
  const stream = await lab.audio.stream(CHANNEL, { direction: "in" });
  lab.on["DELETE /channels/*"] = ({ path }) => (path.endsWith(lab.snoop) ? [204] : undefined);
  lab.on[`POST /channels/${CHANNEL}/silence`] = () => {
    lab.left.delete(lab.snoop);
    return [204];
  };
  stream.hangup();
  lab.say("ChannelDestroyed", lab.media);
  await eventually(() => lab.asked(`DELETE /channels/${CHANNEL}/silence`) === 1);
  assert.equal(lab.left.size, 0);
});

test("streams of one channel are made one after the other", async (t) => {
  const lab = await Lab.start(t);
  lab.on["POST /bridges/*/addChannel"] = ({ query }) => {
    lab.bridges.push({ id: "ours", channels: query.channel.split(",") });
  };
  const streams = await Promise.all([1, 2, 3].map(() => lab.audio.stream(CHANNEL)));
  assert.equal(streams.length, 3);
  assert.equal(lab.asked(`POST /channels/${CHANNEL}/snoop/*`), 2, "the first is bridged, the others snoop");
  const broken = lab.audio.stream(CHANNEL, { signal: AbortSignal.timeout(1) });
  const next = lab.audio.stream(CHANNEL);
  await broken.catch(() => {});
  await within(next, 2000, "the next has its turn");
});

test("a channel that was gone while events were lost ends its stream when they are back", async (t) => {
  const lab = await Lab.start(t);
  const stream = await lab.audio.stream(CHANNEL);
  const ended = new Promise((resolve) => stream.on("end", resolve));
  lab.on["POST /applications/*/subscription"] = () => [422];
  lab.server.drop();
  await eventually(() => lab.left.size === 0);
  lab.peers.forEach((peer) => peer.destroy());
  await within(ended, 2000, "the stream ends");
});

test("a stream outlives events that were lost, with a channel that is there", async (t) => {
  const lab = await Lab.start(t);
  const stream = await lab.audio.stream(CHANNEL);
  stream.on("end", () => assert.fail("it is over"));
  lab.server.drop();
  await eventually(() => lab.asked("POST /applications/*/subscription") === 2);
  await eventually(() => lab.asked("GET /channels/*") === 1);
  assert.equal(lab.left.size, 2);
  stream.removeAllListeners("end");
});

test("there is neither server nor application before the first stream", async (t) => {
  const lab = await Lab.start(t);
  assert.deepEqual([lab.server.apps, lab.requests], [[], []]);
  await lab.audio.close();
  await assert.rejects(lab.audio.stream(CHANNEL), { code: "ERR_MRF_DISCONNECTED" });
  assert.deepEqual([lab.server.apps, lab.requests], [[], []]);
});

/** A path with ids that were made up as `*`. */
function pathOf(path) {
  return path.replace(/callstreams-audio-[\w-]+/, "*").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "*");
}

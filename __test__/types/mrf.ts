// callstreams/mrf takes and gives what drachtio-astmrf does, with drachtio-srf's own types.

import Srf from "drachtio-srf";
import Mrf, { type AriClient, type Channel, type Endpoint, type MediaServer, type StreamOptions } from "callstreams/mrf";
import { type AudioStream, type Fork, type PlayResult, type Recording } from "callstreams";
import { same } from "./equal.js";

const srf = new Srf();
const mrf = new Mrf(srf);
same<typeof mrf, Mrf<Srf>>();
same<typeof mrf.srf, Srf>();
same<typeof mrf.mediaservers, MediaServer<Srf>[]>();
same<typeof mrf.localAddresses, string[]>();
mrf.logger = console;
new Mrf();
new Mrf(srf, { logger: { info() {}, error() {} } });

const where = {
  ari: { address: "a", username: "u", password: "p", port: 8088 },
  sip: { address: "a", port: 5060 }
};
mrf.connect(where, (err, ms) => console.log(err?.message, ms?.id));
mrf.connect({ ari: { ...where.ari, timeout: 1000, heartbeat: 1000, protocol: "https" }, graceMs: 0 });
const audio = { host: "10.0.0.1", bind: "0.0.0.0", port: 0, transport: "websocket", timeout: 1, speech: true } as const;
mrf.connect({ ...where, audio });

mrf.connect(where).then(async (ms) => {
  same<typeof ms, MediaServer<Srf>>();
  same<typeof ms.ari, AriClient>();
  same<typeof ms.srf, Srf>();
  same<ReturnType<typeof ms.connected>, boolean>();
  ms.on("lost", (error) => console.log(error.message));

  const endpoint = await ms.createEndpoint({
    remoteSdp: "v=0",
    headers: { "X-A": "1" },
    codecs: ["PCMU"],
    timeout: 1
  });
  same<typeof endpoint, Endpoint<Srf>>();
  same<typeof endpoint.channel, Channel>();
  same<typeof endpoint.dialog, Srf.Dialog>();
  same<typeof endpoint.local.sdp, string>();
  const every: Required<StreamOptions> = {
    sampleRate: 16000,
    direction: "in",
    transport: "websocket",
    timeout: 1000,
    signal: new AbortController().signal
  };
  same<Awaited<ReturnType<typeof ms.stream>>, AudioStream>();
  same<Parameters<typeof ms.stream>, [channelId: string, options?: StreamOptions]>();
  same<Parameters<typeof endpoint.stream>, [options?: StreamOptions]>();
  same<Awaited<ReturnType<typeof endpoint.stream>>, AudioStream>();
  same<Awaited<ReturnType<typeof endpoint.play>>, PlayResult>();
  same<Awaited<ReturnType<typeof endpoint.record>>, Recording>();
  same<Awaited<ReturnType<typeof endpoint.fork>>, Fork>();
  console.log(await ms.stream("channel", every), await endpoint.play("file.mp3", { gain: 3 }));
  endpoint.on("dtmf", (key, held) => console.log(key.length, held > 100));
  endpoint.on("destroy", ({ reason }) => console.log(reason === "lost"));
  ms.createEndpoint((err, one) => console.log(err, one?.channelName)).createEndpoint({}, () => {});
  await ms.disconnect();

  srf.invite((req, res) => {
    ms.connectCaller(req, res, { localSdp: req.body, headers: { "X-A": "1" } }).then(
      ({ endpoint: one, dialog }) => {
        same<typeof dialog, Srf.Dialog>();
        dialog.on("destroy", () => one.destroy());
        const playback = ms.ari.Playback();
        one.channel.play({ media: "sound:tt-monkeys" }, playback, (err, started) =>
          console.log(err, started?.state)
        );
        playback.once("PlaybackFinished", (event, finished) =>
          console.log(event.playback.id === finished.id)
        );
      }
    );
    ms.connectCaller(req, res, (err, pair) => console.log(err, pair?.dialog.sip.callId));
  });
});

Mrf.connectAri("http://127.0.0.1:8088", "u", "p", async (err, ari) => {
  ari?.on("StasisStart", (event, channel) => channel.answer().then(() => console.log(event.args[0])));
  ari?.on("*", (event) => console.log(event.type));
  await ari?.start(["a", "b"], true);
  same<Awaited<ReturnType<NonNullable<typeof ari>["channels"]["list"]>>, Channel[]>();
  await ari?.bridges.addChannel({ bridgeId: "b", channel: ["c", "d"] });
  await ari?.Bridge("mine").create({ type: "mixing" });
  // @ts-expect-error a channel is played something
  await ari?.Channel().play({});
  // @ts-expect-error there is no such operation
  ari?.channels.destroy({ channelId: "c" });
});

// @ts-expect-error ARI is asked by somebody
mrf.connect({ ari: { address: "a" } });
// @ts-expect-error what makes no dialogs is no Srf
new Mrf({});
// @ts-expect-error made by connect
new Mrf.MediaServer();

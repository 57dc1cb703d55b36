"use strict";

// An IVR over ARI alone: answers, plays a prompt, takes keys, lets a WebSocket server talk to the caller,
// and hangs up.
//
//   ARI_USERNAME=me ARI_PASSWORD=secret node examples/ivr.js ws://127.0.0.1:8080/
//
// In Asterisk's extensions.conf: exten => 200,1,Stasis(ivr)
//
// With drachtio a call comes by SIP: `const { endpoint } = await ms.connectCaller(req, res)`, then
// `endpoint.stream()` for `ms.stream(channel.id)`, and `endpoint.destroy()` for `channel.hangup()`.

const Mrf = require("callstreams/mrf");

const { ARI_ADDRESS = "127.0.0.1", ARI_PORT = 8088, ARI_USERNAME, ARI_PASSWORD } = process.env;
const GREETING = `${__dirname}/greeting.sln`;
const url = process.argv[2] ?? "ws://127.0.0.1:8080/";
const MAX_KEYS = 8;
const PATIENCE_MS = 10_000;

main();

async function main() {
  const ms = await new Mrf().connect({
    ari: { address: ARI_ADDRESS, port: Number(ARI_PORT), username: ARI_USERNAME, password: ARI_PASSWORD }
  });
  ms.ari.on("StasisStart", ({ application }, channel) => {
    if (application === "ivr") {
      serve(ms, channel)
        .catch((error) => console.error(channel.name, error.message))
        // It may have gone by itself.
        .finally(() => channel.hangup().catch(() => {}));
    }
  });
  await ms.ari.start("ivr");
  console.log("the IVR is up");
  process.once("SIGTERM", () => ms.disconnect());
}

async function serve(ms, channel) {
  await channel.answer();
  const stream = await ms.stream(channel.id, { sampleRate: 16_000 });
  const typing = keysOf(stream);
  stream.once("dtmf", () => stream.stop());
  await stream.play(GREETING);
  const keys = await typing;
  console.log(channel.name, "typed", keys);

  const fork = stream.fork(url, { sampleRate: 16_000, bidirectional: true, reconnect: false, metadata: { keys } });
  await new Promise((resolve) => fork.on("close", resolve));
  console.log(channel.name, "is done");
}

/** What the caller types until #, or has typed when patience ends. */
function keysOf(stream) {
  return new Promise((resolve) => {
    let keys = "";
    const timer = setTimeout(() => resolve(keys), PATIENCE_MS);
    const done = () => {
      clearTimeout(timer);
      resolve(keys);
    };
    stream.on("end", done);
    stream.on("dtmf", (key) => {
      if (key !== "#") {
        keys += key;
      }
      if (key === "#" || keys.length === MAX_KEYS) {
        done();
      }
    });
  });
}

"use strict";

// An IVR of a drachtio application: a call comes in by SIP, Asterisk has its sound, and here it is heard and
// spoken to. Greets, takes keys, then gives back what the caller says.
//
//   npm install drachtio-srf
//   DRACHTIO_SECRET=cymru ARI_USERNAME=me ARI_PASSWORD=secret node examples/drachtio.js
//
// docs/mrf.md has what Asterisk's files need. examples/ivr.js does the same without drachtio.

const Srf = require("drachtio-srf");
const Mrf = require("callstreams/mrf");

const GREETING = `${__dirname}/greeting.sln`;
const { DRACHTIO_HOST = "127.0.0.1", DRACHTIO_PORT = 9022, DRACHTIO_SECRET = "cymru" } = process.env;
const { ARI_ADDRESS = "127.0.0.1", ARI_PORT = 8088, ARI_USERNAME, ARI_PASSWORD, SIP_PORT = 5060 } = process.env;

main();

async function main() {
  const srf = new Srf();
  srf.connect({ host: DRACHTIO_HOST, port: Number(DRACHTIO_PORT), secret: DRACHTIO_SECRET });
  srf.on("error", (error) => console.error("drachtio:", error.message));

  const ms = await new Mrf(srf).connect({
    ari: { address: ARI_ADDRESS, port: Number(ARI_PORT), username: ARI_USERNAME, password: ARI_PASSWORD },
    sip: { address: ARI_ADDRESS, port: Number(SIP_PORT) }
  });
  ms.on("lost", (error) => console.error("Asterisk is lost:", error.message));

  srf.invite((req, res) => {
    answer(ms, req, res).catch((error) => {
      console.error("no call:", error.code ?? error.message);
      if (!res.finalResponseSent) {
        res.send(error.code === "ERR_MRF_NO_OFFER" || error.status === 488 ? 488 : 480);
      }
    });
  });
  console.log("the IVR is up");
  process.once("SIGTERM", async () => {
    await ms.disconnect();
    srf.disconnect();
  });
}

async function answer(ms, req, res) {
  const { endpoint, dialog } = await ms.connectCaller(req, res);
  dialog.on("destroy", () => endpoint.destroy());
  endpoint.on("destroy", ({ reason }) => {
    console.log("the call has ended:", reason);
    dialog.destroy().catch(() => {}); // rejects where the caller has hung up
  });

  talk(endpoint).catch((error) => {
    console.error("no audio:", error.code ?? error.message);
    endpoint.destroy();
  });
}

async function talk(endpoint) {
  const stream = await endpoint.stream({ sampleRate: 16_000 });
  stream.on("dtmf", (key) => {
    console.log("key", key);
    if (key === "#") {
      endpoint.destroy();
    } else {
      stream.stop(); // whoever knows the greeting goes on
    }
  });
  await stream.play(GREETING);
  stream.on("data", (pcm) => stream.write(pcm));
}

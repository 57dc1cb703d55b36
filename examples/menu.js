"use strict";

// An IVR over AudioSocket: a prompt, keys, and what they choose. A key ends the prompt.
//
//   node examples/menu.js           waits on port 9092, or on PORT
//
// The prompts are tones, so that the example needs no recordings: put files of yours in their place, in any
// format that docs/audio-formats.md has. examples/ivr.js is an IVR over ARI, examples/drachtio.js one over SIP.

const { once } = require("node:events");
const { AudioSocket } = require("callstreams");
const { tone } = require("./sound.js");

const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 8000);
const ATTEMPTS = 3;
const PROMPTS = {
  menu: [`${__dirname}/greeting.sln`],
  wrong: [tone(200, 400, 8000), { format: { sampleRate: 8000 } }],
  hours: [tone(500, 800, 8000), { format: { sampleRate: 8000 } }],
  goodbye: [tone(300, 400, 8000), { format: { sampleRate: 8000 } }]
};

/** What each key does. Who gives true stays in the menu. */
const CHOICES = {
  1: async (call) => {
    await play(call, "hours");
    return true;
  },
  2: async ({ res, gone }) => {
    res.on("data", (pcm) => res.write(pcm)); // an echo, until the caller hangs up
    if (!gone.aborted) {
      await once(gone, "abort");
    }
  },
  "#": () => {}
};

const audioSocket = new AudioSocket();

audioSocket.onConnection(async (req, res) => {
  const call = { res, keys: [], gone: goneSignal(res) };
  // A prompt rejects once the caller is gone, and ends the handler: what is to be done in any case is done here.
  res.on("end", () => console.log(req.ref, "is over"));
  res.on("data", () => {}); // nobody listens in the menu
  res.on("dtmf", (key) => {
    call.keys.push(key);
    res.stop();
  });
  for (let attempt = 1; attempt <= ATTEMPTS && !call.gone.aborted; attempt += 1) {
    const key = await ask(call);
    console.log(req.ref, key ? `chose ${key}` : "said nothing");
    const choice = CHOICES[key];
    if (!choice) {
      await play(call, "wrong");
    } else if (await choice(call)) {
      attempt = 0;
    } else {
      break;
    }
  }
  await play(call, "goodbye");
  res.hangup();
});

/** Plays the menu, and gives the key that was pressed, be it beforehand; undefined if there was none in time. */
async function ask(call) {
  await play(call, "menu");
  if (call.keys.length === 0) {
    const signal = AbortSignal.any([call.gone, AbortSignal.timeout(PATIENCE_MS)]);
    await once(call.res, "dtmf", { signal }).catch(() => {});
  }
  return call.keys.shift();
}

/** Plays a prompt, unless there is a key already. */
async function play({ res, keys }, prompt) {
  if (keys.length === 0) {
    await res.play(...PROMPTS[prompt]);
  }
}

/** Aborted when the call is over. */
function goneSignal(res) {
  const controller = new AbortController();
  res.once("end", () => controller.abort());
  return controller.signal;
}

audioSocket.listen(Number(process.env.PORT ?? 9092), () => {
  console.log("listening on port", audioSocket.address().port);
});

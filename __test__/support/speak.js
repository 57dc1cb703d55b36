"use strict";

/** Callers that speak in real time. */

const { audio } = require("./peer.js");

const FRAME = 320;
const FRAME_MS = 20;

/** Says all of `pcm`, which has 8 kHz: a frame each 20 ms. */
async function speak(peer, pcm) {
  const begin = performance.now();
  for (let at = 0; at < pcm.length; at += FRAME) {
    peer.send(audio(pcm.subarray(at, at + FRAME)));
    const due = begin + (at / FRAME + 1) * FRAME_MS - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due)));
  }
}

/** Says `pcm` over and over, until the function that it gives is called. */
function speakOn(peer, pcm) {
  let at = 0;
  const timer = setInterval(() => {
    peer.send(audio(pcm.subarray(at, at + FRAME)));
    at = (at + FRAME) % pcm.length;
  }, FRAME_MS);
  return () => clearInterval(timer);
}

module.exports = { speak, speakOn };

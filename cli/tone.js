"use strict";

const LEVEL = 8000;

/** A second of a tone of whole hertz, so that it can be said again and again without a click. */
function tone(hz, sampleRate) {
  const samples = Buffer.alloc(sampleRate * 2);
  for (let index = 0; index < sampleRate; index += 1) {
    samples.writeInt16LE(Math.round(LEVEL * Math.sin((2 * Math.PI * hz * index) / sampleRate)), index * 2);
  }
  return samples;
}

module.exports = { tone };

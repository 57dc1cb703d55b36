"use strict";

/** Which stream an endpoint's `play` and its like use. */

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { kTakes } = require("../lib/audio-stream.js");
const { EndpointAudio } = require("../lib/mrf/endpoint-audio.js");

/** An endpoint's audio, and the streams that were opened for it: each plays by giving its number. */
function endpointAudio() {
  const opened = [];
  const audio = new EndpointAudio("channel", async (options, ended) => {
    const number = opened.length + 1;
    const stream = { [kTakes]: true, play: async () => number, ended };
    opened.push(stream);
    return stream;
  });
  return { audio, opened };
}

test("all plays are on the stream that is up", async () => {
  const { audio, opened } = endpointAudio();
  await audio.stream();
  assert.deepEqual([await audio.play(), await audio.play()], [1, 1]);
  assert.equal(opened.length, 1);
});

test("a play after the stream's end is on a new one", async () => {
  const { audio, opened } = endpointAudio();
  await audio.play();
  opened[0].ended();
  assert.deepEqual([await audio.play(), await audio.play()], [2, 2]);
});

test("so is one after the stream was hung up, before its end is known", async () => {
  const { audio, opened } = endpointAudio();
  await audio.play();
  opened[0][kTakes] = false;
  assert.deepEqual(await Promise.all([audio.play(), audio.play()]), [2, 2]);
  opened[0].ended();
  assert.equal(await audio.play(), 2);
  assert.equal(opened.length, 2);
});

"use strict";

// How long a caller waits for the first sound of a file, by format.

const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { generate } = require("../generator.js");
const { LIBRARIES, OURS } = require("../peers.js");
const { compare } = require("../rounds.js");
const { Server } = require("../server.js");

/** What ffmpeg makes of a tone. The first is what all libraries can play. */
const FORMATS = {
  "raw, 8 kHz": ["tone.sln", "-ar", "8000", "-f", "s16le"],
  "WAV, 8 kHz": ["tone.wav", "-ar", "8000"],
  "WAV, 48 kHz stereo": ["wide.wav", "-ar", "48000", "-ac", "2"],
  "MP3, 44.1 kHz": ["tone.mp3", "-ar", "44100"],
  "Ogg Opus": ["tone.opus", "-ar", "48000", "-c:a", "libopus"],
  "FLAC, 44.1 kHz": ["tone.flac", "-ar", "44100"]
};

const TONE = "sine=frequency=440:duration=10";
const CALLS_A_SECOND = 20;

async function run({ quick }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-first-"));
  try {
    const cases = Object.entries(FORMATS).flatMap(([name, [file, ...options]], index) => {
      const made = make(path.join(folder, file), options);
      return made ? [{ name, file: path.join(folder, file), isRaw: index === 0 }] : [];
    });
    return [await table(cases, quick)];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function make(file, options) {
  const { status } = spawnSync("ffmpeg", ["-loglevel", "error", "-f", "lavfi", "-i", TONE, ...options, file]);
  if (status !== 0) {
    console.error(`ffmpeg cannot make ${path.basename(file)} here: left out`);
  }
  return status === 0;
}

function table(cases, quick) {
  return compare({
    title: "First frame: from dialling to the first sound, one call at a time",
    cases,
    columns: { later: ["later plays p50, ms", 2], worst: ["their longest, ms", 2], first: ["first play, ms", 2] },
    rounds: quick ? 1 : 3,
    peers: LIBRARIES,
    measure: (peer, what) => (what.isRaw || peer === OURS ? measure(peer, what.file, quick ? 0.5 : 1) : null)
  });
}

async function measure(peer, file, seconds) {
  return Server.with(peer, "play", { env: { PLAYED: file } }, async ({ port }) => {
    const until = { port, frames: 1, numbered: 0 };
    const one = await generate("play", { ...until, calls: 1, over: 0 });
    const { first } = await generate("play", { ...until, calls: CALLS_A_SECOND * seconds, over: seconds });
    return { later: first.p50, worst: first.max, first: one.first.max };
  });
}

module.exports = { run };

"use strict";

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const main = require("../package.json");

const ROOT = path.join(__dirname, "..");

/** What `napi create-npm-dirs` makes of each target, by the name of its folder in npm/. */
const PLATFORMS = {
  "x86_64-unknown-linux-gnu": ["linux-x64-gnu", { os: ["linux"], cpu: ["x64"], libc: ["glibc"] }],
  "x86_64-unknown-linux-musl": ["linux-x64-musl", { os: ["linux"], cpu: ["x64"], libc: ["musl"] }],
  "aarch64-unknown-linux-gnu": ["linux-arm64-gnu", { os: ["linux"], cpu: ["arm64"], libc: ["glibc"] }],
  "aarch64-unknown-linux-musl": ["linux-arm64-musl", { os: ["linux"], cpu: ["arm64"], libc: ["musl"] }],
  "x86_64-apple-darwin": ["darwin-x64", { os: ["darwin"], cpu: ["x64"] }],
  "aarch64-apple-darwin": ["darwin-arm64", { os: ["darwin"], cpu: ["arm64"] }],
  "x86_64-pc-windows-msvc": ["win32-x64-msvc", { os: ["win32"], cpu: ["x64"] }],
  "aarch64-pc-windows-msvc": ["win32-arm64-msvc", { os: ["win32"], cpu: ["arm64"] }]
};

test("each target has a package that only its platform installs, of the version of all", () => {
  const folders = main.napi.targets.map((target) => {
    const [folder, where] = PLATFORMS[target];
    const { name, version, os, cpu, libc, files, main: entry } = require(`../npm/${folder}/package.json`);
    assert.equal(name, `callstreams-${folder}`);
    assert.equal(version, main.version, "run `npx napi version`");
    assert.deepEqual({ os, cpu, ...(libc && { libc }) }, where);
    assert.deepEqual([entry, files], [`callstreams.${folder}.node`, [`callstreams.${folder}.node`]]);
    return folder;
  });

  assert.deepEqual(fs.readdirSync(path.join(ROOT, "npm")).sort(), folders.sort());
});

test("the crate has the package's version", () => {
  const manifest = fs.readFileSync(path.join(ROOT, "Cargo.toml"), "utf8");

  assert.equal(manifest.match(/^version = "(.*)"$/m)[1], main.version);
});

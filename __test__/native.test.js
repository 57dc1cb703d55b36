"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, test } = require("node:test");
const { version } = require("../package.json");

const ROOT = path.join(__dirname, "..");
const PRELOAD = path.join(__dirname, "support/other-platform.js");

/** The package as it is installed where no binary comes with it. */
const bare = fs.mkdtempSync(path.join(os.tmpdir(), "callstreams-native-"));
for (const part of ["package.json", "index.js", "lib", "native/index.js"]) {
  fs.cpSync(path.join(ROOT, part), path.join(bare, part), { recursive: true });
}
after(() => fs.rmSync(bare, { recursive: true }));

const LOAD = `
  try {
    require(${JSON.stringify(bare)});
    console.log(JSON.stringify({ message: "loaded" }));
  } catch (error) {
    const { code, message, platform, arch, libc } = error;
    console.log(JSON.stringify({ code, message, platform, arch, libc, hasCause: error.cause instanceof Error }));
  }`;

/** What requiring the package throws on `platform`. */
function errorOn(platform, environment = {}) {
  const env = { ...process.env, CALLSTREAMS_TEST_PLATFORM: JSON.stringify(platform), ...environment };
  return JSON.parse(execFileSync(process.execPath, ["-r", PRELOAD, "-e", LOAD], { env, timeout: 20_000 }));
}

test("where no binary is, the error names the platform, its C library, its package and how to build", () => {
  const error = errorOn({ platform: "linux", arch: "arm64", glibc: "2.31" });

  assert.equal(error.code, "ERR_NO_BINARY");
  assert.match(error.message, new RegExp(`linux arm64 \\(glibc 2\\.31\\), Node\\.js v${process.versions.node}`));
  assert.ok(error.message.includes(`npm install callstreams-linux-arm64-gnu@${version}`), error.message);
  assert.match(error.message, /npm run build/);
  assert.deepEqual([error.platform, error.arch, error.libc], ["linux", "arm64", "glibc"]);
});

test("nothing is said of places that are empty, but the cause has them", () => {
  const error = errorOn({ platform: "linux", arch: "arm64", glibc: "2.31" });

  assert.doesNotMatch(error.message, /Cannot find|Require stack|does not load:/);
  assert.equal(error.hasCause, true);
});

test("musl, macOS and Windows are each sent to a package of their own", () => {
  const [musl, mac, windows] = ["linux", "darwin", "win32"].map(
    (platform) => errorOn({ platform, arch: "x64" }).message
  );

  assert.match(musl, /linux x64 \(musl\), .*callstreams-linux-x64-musl@/s);
  assert.match(mac, /darwin x64, .*callstreams-darwin-x64@/s);
  assert.match(windows, /win32 x64, .*callstreams-win32-x64-msvc@/s);
});

test("a platform without a package is told which have one, and how to build", () => {
  for (const platform of [
    { platform: "linux", arch: "s390x", glibc: "2.36" },
    { platform: "freebsd", arch: "x64" }
  ]) {
    const { code, message } = errorOn(platform);

    assert.equal(code, "ERR_NO_BINARY");
    const [, published] = message.match(/No package is published for it; there are packages for (.*)\./);
    assert.deepEqual(published.split(", ").sort(), fs.readdirSync(path.join(__dirname, "../npm")).sort());
    assert.doesNotMatch(message, /npm install callstreams/);
    assert.match(message, /npm run build/);
  }
});

test("a binary that is there and does not load is named with the system's reason", () => {
  const broken = path.join(bare, "broken.node");
  fs.writeFileSync(broken, "no binary");

  const { code, message } = errorOn(
    { platform: "linux", arch: "x64", glibc: "2.36" },
    { NAPI_RS_NATIVE_LIBRARY_PATH: broken }
  );

  assert.equal(code, "ERR_NO_BINARY");
  assert.match(message, /What was found does not load: .*broken\.node/);
});

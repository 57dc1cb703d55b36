"use strict";

/**
 * The core's binary. The loader that napi-rs generates finds it: beside itself, where it was built,
 * or in this platform's package. Where none fits, the error says which one would, and what to do.
 */

const { codedError } = require("./errors.js");
const { name, version } = require("../package.json");

/** Platforms that a package is published for: `napi.targets` of package.json, in npm's words. */
const PUBLISHED = [
  "linux-x64-gnu",
  "linux-x64-musl",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64-msvc",
  "win32-arm64-msvc"
];

const ABI = { linux: { glibc: "-gnu", musl: "-musl" }, win32: "-msvc" };

/** More than a loader has places to look. */
const MOST_CAUSES = 16;

const BUILD =
  "Build it from source, with Rust 1.88 or later: `npm install && npm run build` in a clone of the repository; " +
  "then set NAPI_RS_NATIVE_LIBRARY_PATH to the .node file in its folder native/.";

function load() {
  try {
    return require("../native/index.js");
  } catch (cause) {
    throw noBinary(cause);
  }
}

function noBinary(cause) {
  const { platform, arch } = process;
  const libc = platform === "linux" ? libcOf(process.report) : {};
  const abi = ABI[platform]?.[libc.family] ?? ABI[platform] ?? "";
  const where = `${platform} ${arch}${libc.family ? ` (${libc.family}${libc.version})` : ""}, Node.js ${process.version}`;
  const lines = [
    `callstreams has no binary that loads here: ${where}.`,
    ...causesOf(cause).map((reason) => `What was found does not load: ${reason}`),
    `- ${installing(`${platform}-${arch}${abi}`)}`,
    `- ${BUILD}`
  ];
  return Object.assign(codedError("ERR_NO_BINARY", lines.join("\n")), { cause, platform, arch, libc: libc.family });
}

/** The C library of this process: of glibc, Node tells the version; of another, nothing. */
function libcOf(report) {
  // Without this, the report asks for the names of all connections' hosts.
  report.excludeNetwork = true;
  const glibc = report.getReport().header.glibcVersionRuntime;
  return glibc === undefined ? { family: "musl", version: "" } : { family: "glibc", version: ` ${glibc}` };
}

function installing(wanted) {
  if (!PUBLISHED.includes(wanted)) {
    return `No package is published for it; there are packages for ${PUBLISHED.join(", ")}.`;
  }
  return (
    `Install its package: \`npm install ${name}-${wanted}@${version}\`. It comes with callstreams by itself, unless ` +
    "optional dependencies are left out (--omit=optional), or node_modules or the lock file came from another platform."
  );
}

/** Why what the loader found did not load. That nothing was where it looked is the usual case, and no news. */
function causesOf(error) {
  const causes = [];
  for (let at = error; at instanceof Error && causes.length < MOST_CAUSES; at = at.cause) {
    causes.push(at.message.split("\n", 1)[0]);
  }
  return causes.filter((message) => !/^(Cannot find (module|native binding)|Unsupported )/.test(message));
}

module.exports = load();

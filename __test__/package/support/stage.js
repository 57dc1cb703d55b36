"use strict";

/** Makes the packages that a release publishes, by the same tools, beside the repository. */

const { execFile } = require("node:child_process");
const fs = require("node:fs/promises");
const path = require("node:path");
const { promisify } = require("node:util");
const { ROOT, npm } = require("./command.js");

const NAPI = path.join(ROOT, "node_modules/@napi-rs/cli/dist/cli.js");

/** npm packs these whatever `files` says. */
const ALWAYS = ["package.json", "README.md", "LICENSE"];

/**
 * Packs the main package, all platform packages and what the main one depends on into `folder`: gives
 * the tarballs' paths. Platforms that nothing was built for get a file that says so for a binary.
 */
async function stage(folder) {
  const main = JSON.parse(await fs.readFile(path.join(ROOT, "package.json"), "utf8"));
  for (const entry of [...ALWAYS, ...main.files]) {
    await fs.cp(path.join(ROOT, entry), path.join(folder, entry), { recursive: true });
  }
  const packages = await stagePlatforms(folder);
  const publish = ["pre-publish", "--tag-style", "npm", "--skip-optional-publish", "--no-gh-release"];
  await promisify(execFile)(process.execPath, [NAPI, ...publish], { cwd: folder });

  const dependencies = Object.keys(main.dependencies).map((name) => path.join(ROOT, "node_modules", name));
  const ours = [folder, ...packages].map((place) => pack(place, place));
  return Promise.all([...ours, ...dependencies.map((place) => pack(place, folder))]);
}

async function stagePlatforms(folder) {
  await fs.cp(path.join(ROOT, "npm"), path.join(folder, "npm"), { recursive: true });
  const platforms = await fs.readdir(path.join(folder, "npm"));
  return Promise.all(
    platforms.map(async (platform) => {
      const binary = `callstreams.${platform}.node`;
      const place = path.join(folder, "npm", platform);
      await fs.rm(path.join(place, binary), { force: true });
      await fs.copyFile(path.join(ROOT, "native", binary), path.join(place, binary)).catch((error) => {
        if (error.code !== "ENOENT") {
          throw error;
        }
        return fs.writeFile(path.join(place, binary), "not built here");
      });
      return place;
    })
  );
}

/** Packs what is in `place` into `folder`. */
async function pack(place, folder) {
  const args = ["pack", place, "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await npm(args, { cwd: folder });
  const [{ filename }] = JSON.parse(stdout);
  return path.join(folder, filename);
}

module.exports = { stage };

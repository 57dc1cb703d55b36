#!/usr/bin/env bash
# Gives the version of package.json to all that has one. Run by `npm version`.
set -euo pipefail
cd "$(dirname "$0")/.."

npx napi version
node -e '
  const fs = require("node:fs");
  const { version } = require("./package.json");
  const manifest = fs.readFileSync("Cargo.toml", "utf8");
  fs.writeFileSync("Cargo.toml", manifest.replace(/^version = ".*"$/m, `version = "${version}"`));
'
cargo update --quiet --offline --workspace
git add npm Cargo.toml Cargo.lock

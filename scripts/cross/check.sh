#!/usr/bin/env bash
# Builds for another Linux and runs its tests here. Where its standard library, or a Node.js for it, cannot
# be had, it says so and leaves it at that: what is built and does not run is a failure.
#
#   usage: scripts/cross/check.sh linux-arm64-gnu|linux-x64-musl|linux-arm64-musl
set -euo pipefail
cd "$(dirname "$0")/../.."

platform=$1
. scripts/cross/platform.sh

skip() { echo "# SKIP $platform: $*"; exit 0; }
command -v apt-get >/dev/null || skip "its Node.js runs on Debian's packages"
[ -d "$(rustc --print target-libdir --target "$triple")" ] || rustup target add "$triple" ||
  skip "rustup has no standard library for $triple here"
scripts/cross/node.sh "$platform" >/dev/null || skip "no Node.js that runs here was found for it"

scripts/cross/build.sh "$platform"
scripts/cross/prove.sh "$platform"

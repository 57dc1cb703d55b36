#!/usr/bin/env bash
# Runs what build.sh has built for another Linux, here: tests of Node, those that start no processes of
# their own, which would be of this machine's kind. Some time their turns, and qemu is slow: a file that
# fails is run once more.
#
#   usage: scripts/cross/prove.sh linux-arm64-gnu|linux-x64-musl|linux-arm64-musl
set -euo pipefail
cd "$(dirname "$0")/../.."

platform=$1
node=$(scripts/cross/node.sh "$platform")
export NAPI_RS_NATIVE_LIBRARY_PATH=$PWD/native/callstreams.$platform.node

"$node" -p '`${process.platform} ${process.arch}, Node.js ${process.version}, glibc ${
  process.report.getReport().header.glibcVersionRuntime ?? "none"}`'
run() { timeout 180 "$node" --test-reporter=dot "__test__/$1.test.js"; }
failed=0
for name in connect control fork play prompts rate recording speech websocket-freeswitch write; do
  echo "--- $name"
  run "$name" || run "$name" || failed=1
done
exit $failed

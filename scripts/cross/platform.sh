# shellcheck shell=bash
# Sourced. What Rust calls a Linux that npm calls otherwise: `triple` of `platform`, and `target`, which
# names the glibc too where there is one.

case $platform in
  linux-x64-gnu) triple=x86_64-unknown-linux-gnu target=$triple.2.17 ;;
  linux-arm64-gnu) triple=aarch64-unknown-linux-gnu target=$triple.2.17 ;;
  linux-x64-musl) triple=x86_64-unknown-linux-musl target=$triple ;;
  linux-arm64-musl) triple=aarch64-unknown-linux-musl target=$triple ;;
  *) echo "no such platform: $platform" >&2; exit 2 ;;
esac

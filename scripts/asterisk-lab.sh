#!/bin/sh
# Makes the folder the Asterisk tests run from: a minimal Debian with Asterisk in it, apart from
# the host. Once made it is kept; running this again is a matter of milliseconds.
#
#   usage: scripts/asterisk-lab.sh            prints the folder
#   CALLSTREAMS_ASTERISK_DIR                  where (default /var/cache/callstreams/asterisk-22)
set -eu

folder=${CALLSTREAMS_ASTERISK_DIR:-/var/cache/callstreams/asterisk-22}
packages=asterisk,asterisk-modules,asterisk-core-sounds-en-wav,sip-tester
# The Debian release that carries Asterisk 22; the stable ones carry none.
release=sid

# Set when the folder is whole.
marker=usr/lib/asterisk-lab-made

is_made() {
  [ -x "$folder/usr/sbin/asterisk" ] && [ -e "$folder/$marker" ]
}

# A folder made by hand with debootstrap is as good, once it answers.
adopt() {
  [ -x "$folder/usr/sbin/asterisk" ] && [ ! -d "$folder/debootstrap" ] || return 1
  chroot "$folder" asterisk -V >&2 && touch "$folder/$marker"
}

fail() {
  echo "asterisk-lab: $1" >&2
  exit 1
}

# The keyring comes along on Debian, but not on its relatives.
need_debootstrap() {
  command -v debootstrap >/dev/null && [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] && return
  command -v apt-get >/dev/null || fail "debootstrap is missing, and there is no apt-get to install it"
  { apt-get update -qq &&
    apt-get install -y -qq --no-install-recommends debootstrap debian-archive-keyring; } >&2 ||
    fail "debootstrap cannot be installed"
}

# Built under a temporary name and renamed when whole, so that an interrupted run leaves nothing
# that looks finished. debootstrap runs in namespaces of its own: it ends with this script, whatever
# ends that, and so do the mounts it makes, so that removing the folder never reaches into the host.
make() {
  partial="$folder.partial"
  rm -rf --one-file-system "$partial"
  mkdir -p "$partial"
  setpriv --pdeathsig KILL -- unshare --mount --pid --fork --kill-child --mount-proc \
    debootstrap --variant=minbase --include="$packages" "$release" "$partial" >&2 9>&- ||
    fail "debootstrap failed; see $partial/debootstrap/debootstrap.log"
  rm -rf "$partial"/var/cache/apt/archives/*.deb "$partial"/var/lib/apt/lists/*
  touch "$partial/$marker"
  mv -T "$partial" "$folder"
}

if ! is_made; then
  [ "$(uname -s)" = Linux ] || fail "needs Linux"
  [ "$(id -u)" = 0 ] || fail "needs root to make $folder"
  mkdir -p "$(dirname "$folder")"
  # Two test runs at once make one folder: the second waits here and then finds it.
  exec 9>"$folder.lock"
  flock -w 900 9 || fail "another run has been making $folder for a quarter of an hour"
  if ! is_made && ! adopt; then
    need_debootstrap
    make
  fi
fi
echo "$folder"

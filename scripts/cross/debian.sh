# shellcheck shell=bash
# Sourced. Debian's packages of amd64 and arm64, unpacked into a folder: nothing is installed, and the
# machine's own apt is left as it is. The mirror is the machine's; the release too, unless told.

# debian_open [release]: reads the package lists, for debian_unpack.
debian_open() {
  local release=${1:-} state=$PWD/target/tools/apt${1:+-$1}
  mkdir -p "$state"/{lists,cache/archives,state}/partial
  : >"$state/state/status"
  apt=(-qq -o "Dir::State=$state/state" -o "Dir::State::lists=$state/lists" -o "Dir::State::status=$state/state/status"
    -o "Dir::Cache=$state/cache" -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 -o APT::Sandbox::User=root)
  if [ -n "$release" ]; then
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m 1 '/debian/')
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$state/sources.list"
    apt+=(-o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=-)
  fi
  apt-get "${apt[@]}" update >&2
}

# debian_unpack FOLDER PACKAGE…
debian_unpack() {
  local folder=$1 package
  shift
  mkdir -p "$folder/packages"
  (cd "$folder/packages" && apt-get "${apt[@]}" download "$@" >&2)
  for package in "$folder"/packages/*.deb; do
    dpkg-deb -x "$package" "$folder"
  done
  rm -r "$folder/packages"
}

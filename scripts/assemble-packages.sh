#!/usr/bin/env bash
# Puts the packages of a release together, from the binaries of all platforms in native/: leaves
# them ready in the repository and in npm/. Run by the release workflow; it changes package.json.
set -euo pipefail
cd "$(dirname "$0")/.."

# Provenance is only given where package.json names the repository that the packages come from.
if [ -n "${GITHUB_REPOSITORY:-}" ]; then
  npm pkg set repository.type=git "repository.url=git+https://github.com/$GITHUB_REPOSITORY.git"
fi

version=$(node -p 'require("./package.json").version')
if [ "${GITHUB_REF_TYPE:-}" = tag ] && [ "$GITHUB_REF_NAME" != "v$version" ]; then
  echo "The tag is $GITHUB_REF_NAME, the version $version." >&2
  exit 1
fi

npx napi create-npm-dirs
# Not by `napi artifacts`: it takes the index.js beside the binaries for the package's own.
for folder in npm/*; do
  cp "native/callstreams.${folder#npm/}.node" "$folder/"
done
for binary in npm/linux-*/*.node; do
  node scripts/check-binary.js "$binary"
done
npx napi pre-publish --tag-style npm --skip-optional-publish --no-gh-release

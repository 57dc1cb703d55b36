#!/usr/bin/env bash
# Publishes what assemble-packages.sh has put together, the platforms' packages first: the main one
# names them. What is published already is passed over, so that a broken-off run can be repeated.
set -euo pipefail
cd "$(dirname "$0")/.."

for folder in npm/* .; do
  package=$(node -p 'const { name, version } = require("./'"$folder"'/package.json"); `${name}@${version}`')
  if [ -n "$(npm view "$package" version 2>/dev/null)" ]; then
    echo "$package is published already"
  else
    npm publish --provenance --access public "./$folder"
  fi
done

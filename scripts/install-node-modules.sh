#!/usr/bin/env bash
# Checks Node, then runs npm ci, but only when package-lock.json is not the one that was installed last.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly stamp=node_modules/.ringfence-lock.json

version=$(node --version 2>/dev/null) || {
  echo "Cannot find node: install Node.js 20.19 or newer, then try again" >&2
  exit 1
}
IFS=. read -r major minor _ <<<"${version#v}"
if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; }; then
  echo "Cannot use Node.js $version: install 20.19 or newer, then try again" >&2
  exit 1
fi
cmp -s package-lock.json "$stamp" && exit 0

command -v npm >/dev/null || {
  echo "Cannot find npm: install it (it comes with Node.js), then try again" >&2
  exit 1
}
echo "deps: installing the npm packages of package-lock.json into node_modules"
npm ci
cp package-lock.json "$stamp"

#!/usr/bin/env bash
# plugin_demo.sh: installs what authors get into a folder of its own, then does what the guide says
# with it (build/release). Ends with: figure plugin_template_seconds VALUE s
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
make --no-print-directory install PREFIX="$prefix" >"$prefix/install.log" 2>&1 || {
  tail -n 30 "$prefix/install.log"
  exit 1
}
export TUTTI_SERVER=$PWD/build/release/src/apps/tutti-server
build/release/tests/e2e/plugin_demo "$prefix"

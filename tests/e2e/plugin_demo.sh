#!/usr/bin/env bash
# plugin_demo.sh BUILD_DIR: installs what authors get into a folder of its own, then does what the
# guide says with it. Ends with: figure plugin_template_seconds VALUE s
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$(realpath "$1")
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix" >"$prefix/install.log" 2>&1 || {
  tail -n 30 "$prefix/install.log"
  exit 1
}
TUTTI_SERVER=$build/src/apps/tutti-server "$build/tests/e2e/plugin_demo" "$prefix"

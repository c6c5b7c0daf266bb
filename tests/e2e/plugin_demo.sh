#!/usr/bin/env bash
# plugin_demo.sh BUILD_DIR: installs what authors get into a folder of its own, then does what the
# guide says with it. Ends with: figure plugin_template_seconds VALUE s
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix" >/dev/null
TUTTI_SERVER=$PWD/$build/src/apps/tutti-server "$build/tests/e2e/plugin_demo" "$prefix"

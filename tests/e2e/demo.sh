#!/usr/bin/env bash
# demo.sh BUILD_DIR [--no-wait]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
shift
TUTTI_SERVER=$(realpath "$build")/src/apps/tutti-server exec "$build/tests/e2e/demo" "$@"

#!/usr/bin/env bash
# soak.sh BUILD_DIR [--kills N] [--seed S]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
shift
TUTTI_SERVER=$PWD/$build/src/apps/tutti-server exec "$build/tests/e2e/soak" "$@"

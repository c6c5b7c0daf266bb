#!/usr/bin/env bash
# bench_e2e.sh BUILD_DIR [options of bench_e2e]: the end-to-end benchmark; prints lines: figure NAME VALUE UNIT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
shift
TUTTI_SERVER=$PWD/$build/src/apps/tutti-server exec "$build/tests/e2e/bench_e2e" --out docs/benchmarks/e2e.json "$@"

#!/usr/bin/env bash
# bench_e2e.sh BUILD_DIR [options of bench_e2e]: the end-to-end benchmark; prints lines: figure NAME VALUE UNIT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
shift
export TUTTI_SERVER=$PWD/$build/src/apps/tutti-server
data=${TUTTI_SHARED_DATA:-../shared/data}
if [ $# -gt 0 ]; then
  :  # somebody wants certain cases
elif [ -d "$data/openb" ]; then
  "$build/tests/e2e/openb_e2e" "$data/openb" --out docs/benchmarks/e2e_openb.json
else
  echo "skipped: no $data/openb: set TUTTI_SHARED_DATA" >&2
fi
exec "$build/tests/e2e/bench_e2e" --out docs/benchmarks/e2e.json "$@"

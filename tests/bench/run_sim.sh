#!/usr/bin/env bash
# run_sim.sh BUILD_DIR [openb_bench options]: simulated workloads against published results; prints
# lines: figure NAME VALUE UNIT. The data sets are in $TUTTI_SHARED_DATA; without them nothing runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
shift
data=${TUTTI_SHARED_DATA:-../shared/data}
if [ -d "$data/openb" ]; then
  "$build/tests/bench/openb_bench" "$data/openb" "$@"
else
  echo "skipped: no $data/openb: set TUTTI_SHARED_DATA" >&2
fi

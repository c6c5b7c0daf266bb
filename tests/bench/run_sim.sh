#!/usr/bin/env bash
# run_sim.sh BUILD_DIR [openb_bench options]: simulated workloads against published results; prints
# lines: figure NAME VALUE UNIT. The data sets are in $TUTTI_SHARED_DATA; what needs one that is not
# there is skipped, and says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
shift
data=${TUTTI_SHARED_DATA:-../shared/data}
TUTTI_SHARED_DATA=$data "$build/tests/bench/sim_bench"
"$build/tests/bench/queue_sim_bench"
if [ -d "$data/openb" ]; then
  # A run of everything is kept.
  [ $# -gt 0 ] || set -- --out docs/benchmarks/openb.json
  "$build/tests/bench/openb_bench" "$data/openb" "$@"
else
  echo "skipped: no $data/openb: set TUTTI_SHARED_DATA" >&2
fi

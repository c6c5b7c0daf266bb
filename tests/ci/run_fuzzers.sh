#!/usr/bin/env bash
# run_fuzzers.sh BUILD_DIR SECONDS: every fuzz target for that long, starting from its corpus.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
seconds=$2
finds=$build/finds
failed=0
for binary in "$build"/tests/fuzz/*/fuzz_*; do
  [ -x "$binary" ] && [ -f "$binary" ] || continue
  name=$(basename "$(dirname "$binary")")
  mkdir -p "$finds/$name" "$build/corpus/$name"
  echo "== $name, $seconds s"
  "$binary" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -verbosity=0 -artifact_prefix="$finds/$name/" "$build/corpus/$name" "tests/fuzz/$name/corpus" || {
    echo "== $name: a find in $finds/$name; fix it and add the file to tests/fuzz/$name/corpus"
    failed=1
  }
done
exit $failed

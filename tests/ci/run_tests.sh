#!/usr/bin/env bash
# run_tests.sh [asan] [e2e] [tsan]: tests as CI runs them, by default all three.
# The last line is: N passed, N failed, N skipped
#   asan  build/asan: unit, property and fuzz-corpus tests under ASan and UBSan, warnings are errors
#   e2e   build/asan, too: the server, under the same sanitizers, on a real control plane. The
#         benchmarks are built with it, so that they stay buildable
#   tsan  build/tsan: the tests of asan under ThreadSanitizer; after other steps only as far as the
#         time goes
# TUTTI_TEST_SECONDS: time for all of it (default 1380). tsan is left out, and says so, when less
# than a quarter of it remains, and is stopped when it is over.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
jobs=${JOBS:-$(nproc)}
budget=${TUTTI_TEST_SECONDS:-1380}
SECONDS=0
results=build/test-results
rm -rf "$results"
mkdir -p "$results"
broken=0
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(asan e2e tsan)

say() { printf '== %s [%d s]\n' "$*" "$SECONDS"; }

fail() {
  say "FAILED: $*"
  broken=$((broken + 1))
}

# The tests_LABEL targets of a build tree without those labels that need more than one process.
test_targets() {
  ninja -C "$1" -t targets all 2>/dev/null | sed -n 's/^\(tests_[a-z0-9_]*\): phony$/\1/p' |
    grep -vE '^tests_(e2e|soak|demo)$'
}

configure() {
  local preset=$1
  shift
  cmake --preset "$preset" "$@" >"$results/$preset-configure.log" 2>&1 || {
    tail -n 30 "$results/$preset-configure.log"
    return 1
  }
}

build() {
  local preset=$1
  shift
  cmake --build "build/$preset" -j "$jobs" --target "$@" >"$results/$preset-build.log" 2>&1 || {
    grep -E 'error|FAILED|warning:' "$results/$preset-build.log" | head -n 60
    tail -n 20 "$results/$preset-build.log"
    return 1
  }
}

run_ctest() {
  local preset=$1 name=$2
  shift 2
  ctest --test-dir "build/$preset" --no-tests=error --output-on-failure \
    --output-junit "$PWD/$results/$name.xml" "$@" >"$results/$name-ctest.log" 2>&1 </dev/null
  local rc=$?
  # Passed cases only in the log: a reader looks for the others.
  grep -vE ' +Passed +[0-9.]+ sec$|^ +Start +[0-9]+:' "$results/$name-ctest.log" | tail -n 400
  [ -f "$results/$name.xml" ] || fail "ctest in build/$preset wrote no result"
  return $rc
}

sanitized() {
  local preset=$1
  shift
  say "building $preset"
  configure "$preset" "$@" || { fail "configuring $preset"; return; }
  local targets
  mapfile -t targets < <(test_targets "build/$preset")
  build "$preset" "${targets[@]}" || { fail "building $preset"; return; }
  say "running $preset"
  run_ctest "$preset" "$preset" -j "$jobs" -LE '^(e2e|soak|demo)$'
}

e2e() {
  say "building e2e"
  configure asan -DTUTTI_WERROR=ON -DTUTTI_BENCH=ON || { fail "configuring asan"; return; }
  build asan src/apps/all tests/bench/all tests_e2e || { fail "building e2e"; return; }
  say "running e2e"
  run_ctest asan e2e -L '^e2e$'
}

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}

tsan_in_time() {
  local remaining=$((budget - SECONDS))
  if [ "$remaining" -le $((budget / 4)) ]; then
    say "tsan: left out, $remaining s remain; run: make tsan"
    return
  fi
  export -f say fail test_targets configure build run_ctest sanitized
  export jobs results
  # timeout ends its whole process group, compilers included.
  timeout --kill-after=10 "$remaining" bash -c 'broken=0; sanitized tsan; exit $((broken > 0))'
  case $? in
    0) ;;
    124 | 137) say "tsan: stopped, the time was over; run: make tsan" ;;
    *) broken=$((broken + 1)) ;;
  esac
}

for step in "${steps[@]}"; do
  case $step in
    asan) sanitized asan -DTUTTI_WERROR=ON -DTUTTI_BENCH=ON ;;
    e2e) e2e ;;
    tsan) if [ ${#steps[@]} -gt 1 ]; then tsan_in_time; else sanitized tsan; fi ;;
    *) fail "no such step: $step" ;;
  esac
done

shopt -s nullglob
read -r passed failed skipped <<<"$(python3 tests/ci/count_tests.py "$results"/*.xml)"
failed=$((failed + broken))
say "logs and JUnit files: $results"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

#!/usr/bin/env bash
# clang-format on every source, clang-tidy on every source or, with SINCE=<commit>, on what changed.
# Needs build/dev configured, and built as far as generated headers go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
git ls-files -z '*.h' '*.cc' | xargs -0 -r clang-format --dry-run -Werror

if [ -n "${SINCE:-}" ]; then
  mapfile -t files < <(git diff --name-only --diff-filter=d "$SINCE" -- '*.cc')
else
  mapfile -t files < <(git ls-files '*.cc')
fi
# Only what the build knows: examples and fuzz targets may have builds of their own.
known=()
for file in "${files[@]}"; do
  grep -qF "\"$PWD/$file\"" build/dev/compile_commands.json && known+=("$file")
done
[ ${#known[@]} -gt 0 ] || exit 0
printf '%s\0' "${known[@]}" |
  xargs -0 -P "${JOBS:-$(nproc)}" -n 4 clang-tidy -p build/dev --quiet \
    --extra-arg=-Wno-unknown-warning-option

#!/usr/bin/env bash
# build_examples.sh BUILD_DIR EXAMPLES OUT: installs the package of BUILD_DIR below OUT, then builds
# and tests the examples against it, as their READMEs say.
set -euo pipefail
build=$1 examples=$2 out=$3
rm -rf "$out"
cmake --install "$build" --prefix "$out/installed" --component sdk >/dev/null
for example in c_minimal cpp_minimal cpp_recommended network_aware; do
  cmake -S "$examples/$example" -B "$out/$example" -DCMAKE_PREFIX_PATH="$out/installed" -DCMAKE_BUILD_TYPE=Release
  cmake --build "$out/$example"
  if [ -f "$out/$example/CTestTestfile.cmake" ]; then
    ctest --test-dir "$out/$example" --no-tests=error --output-on-failure
  fi
done
# The minimal ones bring no tests with them.
check=$out/installed/bin/tutti-check
"$check" "$out/c_minimal/keep_free.so" --config "$examples/c_minimal/manifest.yaml"
"$check" "$out/cpp_minimal/prefer_label.so" --config "$examples/cpp_minimal/manifest.yaml"
# Without CMake. pkg-config is not among the packages that we ask for: its file is plain enough.
flags=$(sed -n "s|^Cflags: ||p" "$out/installed/share/pkgconfig/tutti.pc")
includes=${flags//\$\{includedir\}/$out/installed/include}
cc -std=c11 -Wall -Wextra -Wpedantic -Werror -shared -fPIC -fvisibility=hidden $includes \
  -o "$out/keep_free.so" "$examples/c_minimal/keep_free.c"
# In Python, from the installed protocol alone. Debian's own Python: it is the one that has grpcio.
cp -r "$examples/python_remote" "$out/python_remote"
export PATH=/usr/bin:$PATH PYTHONDONTWRITEBYTECODE=1
"$out/python_remote/generate.sh" "$out/installed/share/tutti/proto"
(cd "$out/python_remote" && python3 -m unittest node_price_test)

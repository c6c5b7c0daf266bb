#!/bin/sh
# generate.sh [PROTO_DIR [OUT]]: Python stubs of the plugin protocol, from the installed package, in OUT
# (default: generated).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
proto=${1:-$(pkg-config --variable=protodir tutti)}
out=${2:-$here/generated}
mkdir -p "$out"
if python3 -c 'import grpc_tools.protoc' 2>/dev/null; then # from pip
  python3 -m grpc_tools.protoc "-I$proto" "--python_out=$out" "--grpc_python_out=$out" tutti/v1/plugin.proto
else # from Debian
  protoc "-I$proto" "--python_out=$out" "--grpc_out=$out" \
    "--plugin=protoc-gen-grpc=$(command -v grpc_python_plugin)" tutti/v1/plugin.proto
fi

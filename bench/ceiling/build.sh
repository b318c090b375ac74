#!/bin/sh
# Compiles the hand-written training step of a workload to WebAssembly: build.sh <1|2|3|4> <output.wasm>
# It needs clang and wasm-ld of LLVM 14 (Debian: clang-14, lld-14); CLANG names another compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"${CLANG:-clang-14}" --target=wasm32 -O3 -msimd128 -mbulk-memory -nostdlib -DWL="$1" \
  -Wl,--no-entry -o "$2" "$here/ceiling-trainer.c"

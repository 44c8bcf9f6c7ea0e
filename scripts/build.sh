#!/usr/bin/env bash
# Builds everything, in the order of who reads what: BPF objects, struct layouts from their BTF, TypeScript.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

make -s -C bpf

# The generator is TypeScript itself. A changed layout may break packages that use the old one: the complete
# build below reports that, here only the generator has to come out.
node_modules/.bin/tsc -b scripts || [ -e scripts/dist/gen-layout.js ]
node scripts/dist/gen-layout.js
node_modules/.bin/tsc -b

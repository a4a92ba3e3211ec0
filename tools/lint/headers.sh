#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each public header compiles alone, as C and as C++ (where a C++ compiler is), without a warning.
set -u
cd "$(dirname "$0")/../.." || exit 3
tmp=$(mktemp -d) || exit 3
trap 'rm -rf "$tmp"' EXIT
bad=0
for header in include/demarche/*.h; do
    echo "#include <demarche/$(basename "$header")>" >"$tmp/one.c"
    gcc -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude -fsyntax-only "$tmp/one.c" || bad=1
    clang -x c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only -nostdinc++ "$tmp/one.c" || bad=1
    guard="DEMARCHE_$(basename "$header" .h | tr '[:lower:]' '[:upper:]')_H"
    grep -q "^#ifndef $guard\$" "$header" || { echo "$header: no include guard $guard" && bad=1; }
done
exit $bad

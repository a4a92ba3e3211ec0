#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# hardening.sh BUILD: what the compiler and the linker are asked for is in the program and the library: position-independent, relocations and
# bindings closed before main, no memory that is both written and run, guarded stacks, checked copies, large frames probed, and landing
# marks for indirect branches (whether the whole file is marked for CET hangs on the C library's own start files: Debian 12's are not). The same looks at a program built without, which must be found bare.
set -u
build=$1
bad=0
say() {
    echo "$*"
    bad=1
}

# faults FILE program|library: a line for each thing that is missing.
faults() {
    type=$(readelf -hW "$1" | awk '/Type:/ { print $2 }')
    [ "$type" = DYN ] || echo "not position-independent"
    [ "$2" = library ] || readelf -dW "$1" | grep -q 'FLAGS_1.*PIE' || echo "not marked as position-independent"
    readelf -lW "$1" | grep -q GNU_RELRO || echo "no read-only relocations (RELRO)"
    readelf -dW "$1" | grep -Eq 'BIND_NOW|FLAGS_1.*NOW' || echo "bindings are open while it runs (no BIND_NOW)"
    readelf -lW "$1" | grep GNU_STACK | grep -q 'RW ' || echo "the stack may be run"
    readelf -lW "$1" | grep -E '^ *LOAD' | grep -q 'RWE' && echo "a segment may be written and run"
    readelf -dW "$1" | grep -q TEXTREL && echo "relocations in the code (TEXTREL)"
    readelf -sW --dyn-syms "$1" | grep -q __stack_chk_fail || echo "no guarded stacks (stack protector)"
    readelf -sW --dyn-syms "$1" | grep -Eq ' __[a-z]+_chk(@|$)' || echo "no checked copies (FORTIFY)"
    if [ "$(uname -m)" = x86_64 ]; then
        [ "$(objdump -d --no-show-raw-insn "$1" | grep -c endbr64)" -gt 40 ] || echo "no landing marks for indirect branches (CET)"
        objdump -d --no-show-raw-insn "$1" | grep -Eq 'or[lq] +\$0x0,.*\(%rsp' || echo "large frames are not probed (stack clash)"
    fi
}

if meson introspect "$build" --buildoptions | tr -d ' \n' | grep -q '"b_sanitize","value":"[^n]'; then
    echo "a build with sanitizers is not what is installed"
    exit 77
fi
lib=$(ls "$build"/libdemarche.so.*.*.* 2>/dev/null | head -n 1)
for part in "$build/demarche program" "$lib library"; do
    set -- $part
    [ -f "$1" ] || { say "$1 was not built" && continue; }
    # The program itself has no large frame and calls few functions that are checked: the code is in the library.
    faults "$1" "$2" | if [ "$2" = program ]; then grep -v 'stack clash'; else cat; fi >"$build/hardening.txt"
    [ ! -s "$build/hardening.txt" ] || say "$(basename "$1"): $(tr '\n' ';' <"$build/hardening.txt")"
done

# The test of the test.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/bare.c" <<'EOF'
#include <string.h>
int main(int n, char **v)
{
    char big[70000];
    strcpy(big, v[0]);
    return big[n];
}
EOF
${CC:-gcc} -O1 -no-pie -fno-stack-protector -fno-stack-clash-protection -U_FORTIFY_SOURCE -fcf-protection=none -Wl,-z,norelro,-z,lazy,-z,execstack \
    "$dir/bare.c" -o "$dir/bare" 2>/dev/null
found=$(faults "$dir/bare" program | wc -l)
[ "$found" -ge 8 ] || say "this test finds only $found faults in a program that has them all"
[ $bad = 0 ] && echo "program and library are hardened; a bare program shows $found faults"
exit $bad

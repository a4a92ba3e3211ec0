#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz_sum.sh EXECUTIONS.tsv...: what tools/fuzz.sh wrote, summed by target and build, as the table of fuzz/EXECUTIONS.md.
set -eu
echo "| target | with ASan and UBSan | edges | without | seconds |"
echo "| --- | ---: | ---: | ---: | ---: |"
awk -F '\t' '
    { name[$3]; seconds[$3] += $6; n[$3, $2] += $4; all[$2] += $4; time += $6 }
    $2 == "asan" && $5 > edges[$3] { edges[$3] = $5 }
    END {
        for (t in name)
            printf "| %s | %d | %d | %d | %d |\n", t, n[t, "asan"], edges[t], n[t, "fast"], seconds[t] | "sort"
        close("sort")
        printf "| **all** | **%d** | | **%d** | %d |\n", all["asan"], all["fast"], time
    }' "$@"

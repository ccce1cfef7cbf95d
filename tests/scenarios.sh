#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Every script of tests/scenario must give the transcript that it holds.
# SIM_REWRITE=1 writes the transcripts anew.
set -eu
status=0
n=0
for file in "${LB_SRC:-.}"/tests/scenario/*.txt; do
    [ -e "$file" ] || continue
    n=$((n + 1))
    if ! "${LB_BUILD:-.}/lbsim" --scenario "$file"; then
        echo "FAIL $(basename "$file" .txt)"
        status=1
    fi
done
echo "$n scenarios"
[ "$n" -gt 0 ] || status=1
exit $status

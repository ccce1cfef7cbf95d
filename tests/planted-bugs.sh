#!/bin/bash
# SPDX-License-Identifier: MPL-2.0
# Builds core and simulator with each of six planted bugs (-DLB_BUG=N) and
# shows what catches it: which scripts of tests/scenario, and how many seeds
# it takes. Fails if a bug is not caught within PLANTED_SEEDS (300) seeds,
# or if anything is "caught" without a bug.
#
#   tests/planted-bugs.sh [N ...]
set -euo pipefail

src=$(cd "$(dirname "$0")/.." && pwd)
limit=${PLANTED_SEEDS:-300}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
names=("none" "a job is acknowledged before it is saved"
    "a refusal is forgotten" "copies are compared by fence without moves"
    "a result is acknowledged before it is saved"
    "requeued after one snapshot at a restart"
    "a dead holder's --once job is queued again")

build() {
    local bug=$1 out=$2 objects=() file object
    mkdir -p "$out.d"
    cd "$src"
    for file in base/*.c proto/msg*.c proto/names.c proto/workload.c core/*.c sim/*.c; do
        object=$out.d/${file//\//_}.o
        case $file in
        core/*) ;;
        *)  # the same for all bugs
            object=$dir/common/${file//\//_}.o
            mkdir -p "$dir/common"
            ;;
        esac
        [ -e "$object" ] || echo "$file" "$object"
    done | xargs -r -P "$(nproc)" -L 1 sh -c \
        "${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -ffp-contract=off -I. \
        -DLB_BUG=$bug -c \$0 -o \$1"
    for file in base/*.c proto/msg*.c proto/names.c proto/workload.c sim/*.c; do
        objects+=("$dir/common/${file//\//_}.o")
    done
    for file in core/*.c; do
        objects+=("$out.d/${file//\//_}.o")
    done
    "${CC:-cc}" -o "$out" "${objects[@]}" -ljansson -linih -lz -lm
}

# Scripts that fail by what they expect or by an invariant, by name: without
# their transcripts, which any change of behaviour makes differ.
scripts_against() {
    local lbsim=$1 file
    for file in "$src"/tests/scenario/*.txt; do
        sed '/^----$/,$d' "$file" >"$dir/script.txt"
        "$lbsim" --scenario "$dir/script.txt" >/dev/null 2>&1 ||
            printf ' %s' "$(basename "$file" .txt)"
    done
}

status=0
bugs=("$@")
[ ${#bugs[@]} -gt 0 ] || bugs=(0 1 2 3 4 5 6)
for bug in "${bugs[@]}"; do
    lbsim=$dir/lbsim-$bug
    build "$bug" "$lbsim"
    scripts=$(scripts_against "$lbsim")
    seeds=$limit
    [ "$bug" -ne 0 ] || seeds=1000
    "$lbsim" --seeds "$seeds" >"$dir/out" 2>"$dir/err" && seed= || seed=$(
        sed -n 's/^seed \([0-9]*\), step.*/\1/p' "$dir/err" | head -1)
    why=$(sed -n 's/^seed.*invariant: //p' "$dir/err" | head -1)
    found="not in $seeds"
    [ -z "$seed" ] || found="caught by seed $seed, $why"
    echo "bug $bug (${names[$bug]}):" \
        "scripts:${scripts:- none};" \
        "seeds: $found"
    if [ "$bug" -eq 0 ]; then
        [ -z "$scripts$seed" ] || status=1
    elif [ -z "$seed" ] && [ -z "$scripts" ]; then
        status=1
    fi
done
exit $status

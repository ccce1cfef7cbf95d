#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Command lines of lbctl beside those of GNU parallel: parallel.txt.
# shellcheck disable=SC2154  # lib.bash sets $work

load lib.bash

setup() {
    lb_setup
    export PARALLEL_HOME=$work/parallel PARALLEL_SHELL=/bin/sh
    mkdir -p "$PARALLEL_HOME" bin
    : >"$PARALLEL_HOME/will-cite"
    # shellcheck disable=SC2016  # the script's own
    printf '#!/bin/sh\nprintf "<%%s>" "$@"\necho\n' >bin/show
    chmod +x bin/show
    PATH=$work/bin:$PATH
    printf 'x\ny\n' >two
    printf '1\n2\n3\n' >nums
    printf 'a line\n\ncr\r\nend' >odd
    printf 'a b\nc\0d\ne\0' >nul
    printf 'a,b\nc,d\n' >cols
    : >none
    printf 'p\nq\n' >in
}
teardown() { lb_teardown; }

# What the command lines of lbctl do, pasted into a shell.
by_lbctl() { # MODE OPTION... -- WORD...
    local shell=()
    [ "$1" = argv ] || shell=(--shell)
    shift
    lbctl run --dry-run "${shell[@]}" "$@" <in >script 2>stderr && sh script
}

by_parallel() { # MODE OPTION... -- WORD...
    local quote=()
    [ "$1" = shell ] || quote=(-q)
    shift
    parallel -k -j1 "${quote[@]}" "$@" <in 2>&1
}

trim() { sed 's/^ *//; s/ *$//' <<<"$1"; }

# One row: prints what is wrong with it.
compare() {
    local mode options words what file=parallel.txt
    local -a rest
    IFS=$'\x1f' read -r mode options words what _ \
        <<<"$(sed 's/ | /\x1f/g; s/| /\x1f/g' <<<"$2")"
    eval "rest=($options -- $words)"
    mode=$(trim "$mode")
    if [[ $mode == *! ]]; then
        by_lbctl "${mode%!}" "${rest[@]}" >got || cat stderr >>got
        [ -s got ] || cat stderr >got
        printf '%b\n' "$(trim "$what")" >want
    else
        by_lbctl "$mode" "${rest[@]}" >got
        by_parallel "$mode" "${rest[@]}" >want
    fi
    cmp -s got want && return 0
    printf '%s:%s: %s\n' "$file" "$1" "$2"
    diff -a want got || :
    return 1
}

@test "command lines mean what they mean to GNU parallel" {
    command -v parallel >/dev/null || skip "parallel is not installed"
    local number=0 rows=0 bad=0 row
    while IFS= read -r row; do
        number=$((number + 1))
        [[ $row == *'|'* && $row != '#'* ]] || continue
        rows=$((rows + 1))
        compare "$number" "$row" || bad=$((bad + 1))
    done <"$LB_SRC/tests/e2e/parallel.txt"
    echo "$rows rows, $bad differ"
    [ "$rows" -ge 60 ]
    [ "$bad" -eq 0 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Command lines of lbctl beside those of GNU parallel: parallel.txt.
# shellcheck disable=SC2154,SC2016  # lib.bash sets $work; $ is for sh

load lib.bash

setup() {
    lb_setup
    export PARALLEL_HOME=$work/parallel PARALLEL_SHELL=/bin/sh
    mkdir -p "$PARALLEL_HOME" bin
    : >"$PARALLEL_HOME/will-cite"
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

# What both have in their job logs.
log_columns() { sed 1d "$1" | sort -n | cut -f1,5-8 | tr '\t' ' '; }

# Really runs a row: output and log.
run_both() { # MODE OPTION... -- WORD...
    shift
    rm -f ours theirs
    lbctl run --joblog ours "$@" <in 2>stderr
    log_columns ours
}
run_parallel() {
    shift
    parallel -k -j2 -q --joblog theirs "$@" <in 2>/dev/null
    log_columns theirs
}

# Really runs a row in a directory of its own: output, and what is there then.
files_of() { # COMMAND... -- WORD...
    rm -rf place
    mkdir -p place/d
    (
        cd place || exit
        echo one >a.txt
        echo two two >d/b.txt
        echo three >'c d.txt'
        chmod 640 a.txt
        "$@" </dev/null 2>../stderr || echo failed
        find . -type f -printf '%m %p ' -exec cksum {} \; | sort
    )
}

# One row: prints what is wrong with it.
compare() {
    local mode options words what file=parallel.txt
    local -a rest
    IFS=$'\x1f' read -r mode options words what _ \
        <<<"$(sed 's/ | /\x1f/g; s/| /\x1f/g' <<<"$2")"
    eval "rest=($options -- $words)"
    mode=$(trim "$mode")
    case $mode in
    run!)
        run_both "$mode" "${rest[@]}" >got
        printf '%b\n' "$(trim "$what")" >want
        ;;
    run)
        run_both "$mode" "${rest[@]}" >got
        run_parallel "$mode" "${rest[@]}" >want
        ;;
    files)
        files_of lbctl run "${rest[@]}" >got
        files_of parallel -k -j2 -q "${rest[@]}" >want
        ;;
    *!)
        by_lbctl "${mode%!}" "${rest[@]}" >got || cat stderr >>got
        [ -s got ] || cat stderr >got
        printf '%b\n' "$(trim "$what")" >want
        ;;
    *)
        by_lbctl "$mode" "${rest[@]}" >got
        by_parallel "$mode" "${rest[@]}" >want
        ;;
    esac
    cmp -s got want && return 0
    printf '%s:%s: %s\n' "$file" "$1" "$2"
    diff -a want got || :
    return 1
}

# PATTERN LEAST: all rows whose mode matches, LEAST at least.
compare_all() {
    local number=0 rows=0 bad=0 row
    command -v parallel >/dev/null || skip "parallel is not installed"
    while IFS= read -r row; do
        number=$((number + 1))
        [[ $row =~ ^$1!?\ \| ]] || continue
        rows=$((rows + 1))
        compare "$number" "$row" || bad=$((bad + 1))
    done <"$LB_SRC/tests/e2e/parallel.txt"
    echo "$rows rows, $bad differ"
    [ "$rows" -ge "$2" ]
    [ "$bad" -eq 0 ]
}

# A node that runs commands, also if the tests are run as root.
start_north() {
    local whose=yes
    command -v lbagent >/dev/null || skip "no lbagent is built"
    [ "$(id -u)" -ne 0 ] || whose=root
    start_agent north workers.count=2 "jobs.commands=$whose"
    LB_NODE=$(control_of north)
    export LB_NODE
}

@test "words mean to lbctl what they mean to GNU parallel" {
    compare_all argv 60
}

@test "lines for a shell mean what they mean to GNU parallel" {
    compare_all shell 10
}

@test "commands end as under GNU parallel" {
    start_north
    compare_all run 10
}

# Who halts gets rid of jobs that would take ten minutes.
halts() { # WHEN FIRST LAST: these of ten fail
    local later=600 got job='[ $1 -gt $2 ] || exit 0; [ $1 -gt $3 ] || exit 1
        sleep $4'
    [ "$4" = yes ] || later=0
    parallel -j1 -q --halt "$1" sh -c "$job" sh {} "$2" "$3" "$later" \
        ::: 1 2 3 4 5 6 7 8 9 10 2>/dev/null && got=0 || got=$?
    echo "parallel $got" >>statuses
    lbctl run --halt "$1" -- sh -c "$job" sh {} "$2" "$3" "$later" \
        ::: 1 2 3 4 5 6 7 8 9 10 2>stderr && got=0 || got=$?
    echo "lbctl $got" >>statuses
    if [ "$4" = yes ]; then
        grep -q 'done, .* failed, [1-9][0-9]* cancelled' stderr
    else
        not grep -q cancelled stderr
    fi
}

@test "--halt counts as GNU parallel does" {
    command -v parallel >/dev/null || skip "parallel is not installed"
    start_north
    halts now,fail=40% 0 4 yes
    halts now,fail=41% 0 4 no
    halts now,fail=1% 4 5 yes
    halts now,done=50% 4 5 yes
    halts now,success=40% 4 4 yes
    halts now,success=50% 4 10 no
    halts 2 0 1 yes
    halts -2 1 1 yes
    halts never 0 10 no
    halts 0 0 10 no
    [ "$(grep -c '^lbctl 0' statuses)" -eq "$(grep -c '^parallel 0' statuses)" ]
}

@test "files travel as under GNU parallel" {
    start_north
    compare_all files 8
}

@test "output of a failed command is printed, and the status is 1" {
    start_north
    run lbctl run -- sh -c 'echo out; echo err >&2; exit 7'
    [ "$status" -eq 1 ]
    lbctl run -- sh -c 'echo out; echo err >&2; exit 7' >out 2>err || :
    [ "$(cat out)" = out ]
    grep -qx err err
    grep -qx 'lbctl: north-2.0 failed on north: exit 7' err
    grep -q '^0 done, 1 failed' err
    [ "$(lbctl results --raw last)" = out ]
    lbctl results last | grep -q 'north-2.0 failed north  *7 '
}

@test "commands run where lbctl is, with what they are given" {
    start_north
    mkdir there
    [ "$(lbctl run -- pwd 2>/dev/null)" = "$work" ]
    [ "$(lbctl run --cwd there -- pwd 2>/dev/null)" = "$work/there" ]
    [ "$(lbctl run --env 'A=b  c' -- sh -c 'echo "$A"' 2>/dev/null)" = 'b  c' ]
    [ "$(lbctl run --stdin in -- cat 2>/dev/null)" = $'p\nq' ]
    [ "$(lbctl run -- cat 2>/dev/null)" = '' ]
    # Too much for the parameters that jobs share.
    seq 30000 >long
    [ "$(lbctl run --stdin long -- cksum ::: - 2>/dev/null)" = \
        "$(cksum - <long)" ]
    seq 400000 >longer
    run lbctl run --stdin longer -- cat
    [ "$status" -eq 2 ]
    [[ $output == *'of input is above jobs.max_input = 2M' ]]
}

@test "32: a log whose workload goes on is not resumed beside it" {
    start_north
    local slow=(sh -c '[ $1 = 1 ] || until [ -e go ]; do sleep 0.05; done' sh)
    lbctl run --progress=none --joblog log -- "${slow[@]}" ::: 1 2 3 4 3>&- &
    local pid=$!
    await has_lines 2
    kill -KILL "$pid"
    wait "$pid" || :
    fails 2 'log: north-1 goes on, 3 of its 4 jobs are left' \
        lbctl --timeout 20s run --joblog log --resume -- "${slow[@]}" ::: 1 2 3 4
    fails 2 'confirm with -y' \
        lbctl --timeout 20s run --joblog log --resume-failed -- "${slow[@]}" ::: 1 2 3 4
    fails 0 'log has 1 of 4 jobs' \
        lbctl run --joblog log --resume --dry-run -- "${slow[@]}" ::: 1 2 3 4
    lbctl cancel -y north-1
    fails 1 '3 cancelled' lbctl wait north-1
    : >go
    lbctl run --joblog log --resume -- "${slow[@]}" ::: 1 2 3 4
    [ "$(lbctl list -q | wc -l)" -eq 2 ]
    [ "$(sed 1d log | cut -f1,10 | sort | tr '\t\n' '  ')" = \
        '1 north-1.0 2 north-2.0 3 north-2.1 4 north-2.2 ' ]
}
has_lines() { [ "$(wc -l <log)" -ge "$1" ]; }

@test "32: a log goes on where it ended" {
    start_north
    local half=(sh -c 'echo $1; [ $1 != b ] || [ -e fixed ]' sh)
    fails 2 '--resume needs --joblog' lbctl run --resume -- ls
    lbctl run --joblog log -- "${half[@]}" ::: a b >out || :
    [ "$(cat out)" = $'a\nb' ]
    run lbctl run --joblog log --resume -- "${half[@]}" ::: a b
    [ "$output" = 'lbctl: log has 2 of 2 jobs, nothing to do' ]
    [ "$status" -eq 0 ]
    : >fixed
    lbctl run --joblog log --resume-failed --results r -- "${half[@]}" \
        ::: a b c >out
    [ "$(cat out)" = $'b\nc' ]
    [ "$(ls r)" = $'1\n2' ]
    [ "$(sed 1d log | cut -f1 | sort | tr '\n' ' ')" = '1 2 2 3 ' ]
    fails 2 'log: 4 of 4 lines fit no input of this run; confirm with -y' \
        lbctl run --joblog log --resume -- echo ::: a
    echo junk >>log
    fails 2 'log:6: not a job log line; cut it or choose another file' \
        lbctl run --joblog log --resume -- echo ::: a
}

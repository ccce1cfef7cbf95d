#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# run, results and wait of commands: what the user is told.
# shellcheck disable=SC2154,SC2016  # lib.bash sets $work; $ is for sh

load lib.bash

setup() {
    lb_setup
    command -v lbagent >/dev/null || skip "no lbagent is built"
    start_agent north workers.count=2 "jobs.commands=$own" jobs.max_output=1K
    LB_NODE=$(control_of north)
    export LB_NODE
}
teardown() { lb_teardown; }

@test "output beyond what a node keeps: told, and status 1" {
    seq 3000 >all           # 13,893 bytes
    fails 1 'north-1.0: 12,869 more bytes of stdout were cut (jobs.max_output)' \
        lbctl run -- seq 3000
    cmp stdout <(head -c 1024 all)
    for form in '' --raw '--out kept' --checksum --follow --json; do
        # shellcheck disable=SC2086  # words
        fails 1 'north-1.0: 12,869 more bytes of stdout' \
            lbctl results last $form
    done
    jq -e '.truncated' kept/0/meta.json
    fails 1 'north-2.0: 1 more byte of stderr was cut' \
        lbctl -q run --results all.csv -- sh -c 'head -c 1025 all >&2'
    grep -q ',truncated' all.csv
    tail -c 7 all.csv | grep -q '^,true'
    lbctl run -- head -c 1024 all >out 2>err
    not grep cut err
}

@test "of many that were cut ten are named" {
    fails 1 'north-1: the output of 3 more jobs was cut' \
        lbctl run -- sh -c 'head -c 1025 /dev/zero' ::: {1..13}
    [ "$(grep -c 'more byte of stdout was cut' stderr)" -eq 10 ]
}

@test "commands without --name are listed by their program" {
    lbctl submit --id K -- /bin/true ::: 1 2
    [ "$(lbctl submit --id K command /bin/true ::: 1 2)" = north-1 ]
    lbctl submit --shell -- 'true && echo {}' ::: 1
    lbctl submit --hold -- {} ::: /bin/true
    lbctl submit --name own -- true
    lbctl list --raw --sort workload --columns workload,name >out
    diff out - <<'END'
north-1 true
north-2 true
north-3 -
north-4 own
END
}

@test "a standard output that cannot be written is status 74, always" {
    lbctl submit -- seq 10
    lbctl wait last
    lbctl submit -- false
    lbctl wait last || [ $? -eq 1 ]
    while read -r -a words; do
        got=0
        lbctl "${words[@]}" >/dev/full 2>stderr || got=$?
        [ "$got" -eq 74 ] || { echo "${words[*]}: $got" >&2; return 1; }
        [ "$(grep -cx 'lbctl: stdout: cannot be written' stderr)" -eq 1 ]
    done <<'END'
run -- echo a
run fib 3
run -- expr 0
submit fib 3
nodes
results north-1
results --raw north-1
results north-2
--json list
status
logs north-1.0
show north-1
events
kinds
gen-workload 9
help
--version
END
}

@test "a job that fails is named with its value" {
    fails 1 'north-1.2 failed on north: exit 1 (3 c)' \
        lbctl run -- sh -c '[ $1 != 3 ]' sh ::: 1 2 3 :::+ a b c
    fails 1 'north-2.0 failed on north: exit 1' lbctl run -- false
    not grep -F '(' stderr
}

@test "a program without -- is told where it goes" {
    fails 2 'unknown kind "gzip"; "lbctl kinds" lists kinds, a program goes' \
        lbctl run gzip -k {} ::: a
}

@test "list --jobs says how each has failed" {
    lbctl run -- sh -c 'eval "$1"' sh ::: true 'exit 3' 'kill -9 $$' || [ $? -eq 1 ]
    lbctl list --jobs --raw --columns state,result last >out
    [ "$(tr '\n' ';' <out)" = \
        'done -;failed exit\x203;failed signal\x209;' ]
}

@test "a standard input that nobody reads is told of" {
    note='lbctl: standard input is not read, this is one job; give :::: - for one a line, --stdin - for one that reads it'
    seq 3 >file
    [ "$(lbctl run -- echo x <file 2>err)" = x ]
    grep -qxF "$note" err
    mkfifo pipe
    exec {held}<>pipe
    lbctl run -- echo x <pipe 2>err     # it does not wait for what may come
    not grep -F 'is not read' err
    echo 1 >&"$held"
    lbctl run -- echo x <pipe 2>err
    grep -qxF "$note" err
    exec {held}>&-
    : >empty
    {
        lbctl -q run -- echo x <file
        lbctl run -- echo x ::: 1 <file
        lbctl run -- echo x :::: - <file
        lbctl run -- echo x </dev/null
        lbctl run -- echo x <empty
    } 2>err
    [ "$(lbctl run --stdin - -- cat <file 2>>err | tail -n 1)" = 3 ]
    not grep -F 'is not read' err
}

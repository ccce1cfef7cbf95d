#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# A node that is silent, away, full or leaving, and who waits for it: each is
# told what it is.
# shellcheck disable=SC2154

load lib.bash

setup() { lb_setup; }
teardown() {
    # Who stands still hears no TERM.
    for file in pid.*; do
        [ ! -e "$file" ] || kill -CONT "$(cat "$file")" 2>/dev/null || :
    done
    lb_teardown
}

@test "a node that stands still is silent, by any way, and no stranger" {
    start_agent north
    kill -STOP "$(cat pid.north)"
    for LB_NODE in "127.0.0.1:$(port_of north)" "$(control_of north)"; do
        export LB_NODE
        fails 124 "$LB_NODE did not answer within 1s" lbctl --timeout 1s ping
    done
}

# shellcheck disable=SC2317  # called by await
logs() { [ "$(wc -l <"$work/log")" -gt "$1" ]; } # JOBS

@test "a node that is asked through another one is named" {
    start_two
    kill -STOP "$(cat pid.south)"
    fails 124 "lbctl: south: 127.0.0.1:$(port_of south) did not answer within 1s" \
        lbctl --timeout 1s throttle south 50%
}

@test "a run outlives its home: told once, each job logged and printed once" {
    start_agent north workers.count=2 "jobs.commands=$own"
    LB_NODE=$(control_of north)
    export LB_NODE
    # The first ends late, so that the log has another order than the jobs; and
    # no more than three end before the outage.
    # shellcheck disable=SC2016  # of the jobs' shell
    local job='case $1 in [234]) ;; *) until [ -e go ]; do sleep 0.05; done ;; esac
        echo $1'
    lbctl run --joblog log -- sh -c "$job" x ::: {1..10} >out 2>err 3>&- &
    local run=$!
    await logs 3
    kill_agent north
    await grep -q 'did not answer within 5s; north-1 goes on, and this waits' err
    start_agent north workers.count=2 "jobs.commands=$own"
    touch go
    wait "$run"
    cat err
    seq 10 | diff - out
    grep -qx 'lbctl: north is back' err
    [ "$(grep -c 'goes on' err)" -eq 1 ]
    cut -f 1 log | tail -n +2 | sort -n | diff - <(seq 10)
    [ "$(cut -f 7 log | tail -n +2 | sort -u)" = 0 ]
}

@test "a home that is away: --timeout and Ctrl-C end the wait, and say how to go on" {
    start_agent north
    LB_NODE=$(control_of north)
    export LB_NODE
    lbctl submit --hold sleep 600s
    local rc=0 wait
    lbctl wait last 2>err 3>&- &
    wait=$!
    lbctl --timeout 60s wait last 2>err.60 3>&- &
    # What they say once they have asked.
    await grep -q 'is held; release it' err
    await grep -q 'is held; release it' err.60
    kill -STOP "$(cat pid.north)"
    wait $! || rc=$?
    cat err.60
    [ "$rc" -eq 124 ]
    grep -Eqx 'lbctl: north (is away|did not answer within 5s); north-1 goes on' \
        err.60
    await grep -q 'this waits until north is back' err
    rc=0
    kill -TERM "$wait"
    wait "$wait" || rc=$?
    [ "$rc" -eq 143 ]
    grep -qx 'lbctl wait north-1' err
}

# shellcheck disable=SC2317  # called by await
have_asked() { # COUNT, of north
    kill -USR1 "$(cat "$work/pid.north")"
    logged north "counter=net.clients value=$1$"
}

@test "wait --any outlives the home of what it waits for" {
    start_agent north
    LB_NODE=$(control_of north)
    export LB_NODE
    lbctl submit --hold sleep 600s
    lbctl submit --hold sleep 0
    lbctl wait --any north-1 north-2 2>err 3>&- &
    local wait=$!
    # The third of them is greeted, as is the one behind it.
    await have_asked 3
    lbctl ping
    kill -STOP "$(cat pid.north)"
    await grep -q 'goes on, and this waits until north is back' err
    kill -CONT "$(cat pid.north)"
    await grep -qx 'lbctl: north is back' err
    lbctl start north-2
    wait "$wait"
    cat err
    [ "$(grep -c 'goes on, and' err)" -le 2 ]
}

# shellcheck disable=SC2317  # called by await
is_running() { lbctl list --raw | grep -q ' running '; }

@test "a home that is away: who would cancel is told that it is not, and how to" {
    start_agent north
    LB_NODE=$(control_of north)
    export LB_NODE
    lbctl run --cancel-on-interrupt sleep 600s >out 2>err 3>&- &
    local run=$! rc=0
    await is_running
    kill -STOP "$(cat pid.north)"
    await grep -q 'this waits until north is back' err
    kill -TERM "$run"
    wait "$run" || rc=$?
    cat err
    [ "$rc" -eq 143 ]
    grep -qx 'lbctl: north did not answer within 1s' err
    grep -qx 'lbctl cancel north-1' err
}

@test "run waits for room, and says so once; who leaves refuses" {
    start_agent north workers.count=1 queue.max_jobs=2
    LB_NODE=$(control_of north)
    export LB_NODE
    lbctl submit sleep 600s jobs=2
    lbctl run fib 10 >out 2>err 3>&- &
    local run=$! rc=0
    await grep -qx 'lbctl: north has no room (2 of 2 jobs); waiting' err
    lbctl cancel -y north-1
    wait "$run"
    [ "$(cat out)" = 55 ]
    [ "$(grep -c waiting err)" -eq 1 ]
    lbctl submit sleep 600s jobs=2
    lbctl run fib 10 >out 2>err 3>&- &
    run=$!
    await grep -q waiting err
    lbctl drain -y --force
    wait "$run" || rc=$?
    [ "$rc" -eq 75 ]
    grep -qx 'lbctl: north is draining; no other node is known' err
    fails 75 'north is draining' lbctl run fib 10
}

@test "a pipe that nobody reads any more: told what goes on, status 141" {
    start_agent north workers.count=1 "jobs.commands=$own"
    LB_NODE=$(control_of north)
    export LB_NODE
    local rc=0 first
    # shellcheck disable=SC2016  # of the jobs' shell
    local job='echo $1; [ $1 -gt 1 ] || exit 0
        until [ -e go ]; do sleep 0.1; done; [ $1 -eq 2 ] || sleep 600'
    mkfifo pipe
    seq 9 >values
    lbctl run -- sh -c "$job" x :::: values >pipe 2>err 3>&- &
    exec {held}<pipe
    read -r -u "$held" first
    [ "$first" = 1 ]
    exec {held}<&-
    touch go
    wait $! || rc=$?
    cat err
    [ "$rc" -eq 141 ]
    grep -qx 'lbctl: nobody reads standard output any more' err
    grep -qx '7 of 9 jobs unfinished; they go on' err
    grep -qx 'lbctl cancel north-1' err
    not grep -F 'cannot be written' err
    lbctl list --raw | grep -q ' running '
}

@test "a pipe that nobody reads any more: all may have ended" {
    start_agent north workers.count=1 "jobs.commands=$own"
    LB_NODE=$(control_of north)
    export LB_NODE
    # More than a pipe holds.
    lbctl run -- seq 100000 2>err | head -n 1 && rc=${PIPESTATUS[0]}
    cat err
    [ "$rc" -eq 141 ]
    grep -qx 'all of it has ended' err
    grep -qx 'lbctl results north-1' err
}

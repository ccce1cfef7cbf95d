#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# What would cost a node its memory, its descriptors or its time: it refuses,
# works on for who is honest, and all is as before when it is over.
# shellcheck disable=SC2154

load lib.bash

setup() {
    lb_setup
    tools=$(dirname "$(command -v lbagent)")/tests/tools
}
teardown() { lb_teardown; }

# KEY: of the status of north, in KiB.
kib() { awk -v key="$1:" '$1 == key { print $2 }' \
    "/proc/$(cat pid.north)/status"; }

@test "hostile batches: no job is taken, memory is bounded" {
    local before after
    start_agent north workers.count=1
    before=$(kib VmHWM)
    "$tools/hostile" "$(port_of north)" "${LB_SEED:-1}" 1000 >said
    after=$(kib VmHWM)
    cat said
    echo "most memory before $before KiB, after $after KiB"
    # A batch of 4 MiB, and as much as its socket holds of them as they came.
    [ $((after - before)) -lt 65536 ]
    [ "$(lbctl -n "$(control_of north)" run fib 10)" = 55 ]
}

# N: how often threads N of libzmq have slept, at most.
sleeps() {
    for comm in "/proc/$(cat pid.north)"/task/*/comm; do
        [ "$(cat "$comm")" != "ZMQbg/IO/$1" ] ||
            awk '$1 == "voluntary_ctxt_switches:" { print $2 }' \
                "${comm%/comm}/status"
    done | sort -n | tail -n 1
}

@test "1000 silent or garbage connections: an honest client is answered" {
    start_agent north workers.count=1
    "$tools/beside" "$(port_of north)" "${LB_SEED:-1}" 1000 1000 >said
    cat said
    grep -q ': 1000 of 1000 answers, 100 of 100 jobs;' said
    logged north 'evt=strangers refused='
    # All of that passed by the thread that serves clients of this host.
    echo "$(sleeps 0), $(sleeps 1)"
    [ "$(sleeps 0)" -lt 100 ]
    [ "$(sleeps 1)" -gt 200 ]
    [ "$(lbctl -n "$(control_of north)" run fib 10)" = 55 ]
}

# Clock ticks that north has used.
ticks() { awk '{ print $14 + $15 }' "/proc/$(cat pid.north)/stat"; }
# shellcheck disable=SC2317  # called by await
refuses() { logged north 'evt=descriptors refused='; }

@test "no descriptors left: refused, no spinning, and all is well again" {
    local before after crowd LB_NODE
    start_agent north workers.count=1
    LB_NODE=$(control_of north)
    export LB_NODE
    prlimit --pid "$(cat pid.north)" --nofile=256:256
    mkfifo crowd
    "$tools/beside" "$(port_of north)" "${LB_SEED:-1}" 400 <crowd >said 3>&- &
    crowd=$!
    exec {hold}>crowd
    await refuses
    await grep -q ready said
    # Some are left for what is its own, and for clients of this host.
    before=$(ticks)
    for n in 1 2 3 4 5 6 7 8; do
        [ "$(lbctl run fib $n 2>/dev/null)" -gt 0 ]
    done
    after=$(ticks)
    echo "$((after - before)) clock ticks; $(cat said)"
    [ "$(find "/proc/$(cat pid.north)/fd" -mindepth 1 | wc -l)" -le 240 ]
    exec {hold}>&-
    wait "$crowd"
    LB_NODE=127.0.0.1:$(port_of north)
    await lbctl ping
    [ "$(lbctl run fib 10)" = 55 ]
}

@test "pieces of files that nobody reads: memory is bounded, others get theirs" {
    local before after greedy hash LB_NODE
    start_agent north workers.count=1 "jobs.commands=$own"
    LB_NODE=$(control_of north)
    export LB_NODE
    head -c 1048576 /dev/urandom >file
    lbctl submit --transfer file -- true
    hash=$(find north/state/files/own -size +1000k -printf '%f\n')
    before=$(kib VmHWM)
    mkfifo hold
    "$tools/greedy" "$LB_NODE" "$hash" 4 250 <hold >said 3>&- &
    greedy=$!
    exec {hold}>hold
    await grep -q asked said
    lbctl run --transfer file --return copy -- cp file copy
    cmp file copy
    after=$(kib VmHWM)
    echo "most memory before $before KiB, after $after KiB"
    [ $((after - before)) -lt 524288 ]
    exec {hold}>&-
    wait "$greedy"
    # Room that was theirs is there for others.
    lbctl run --transfer file --return copy -- cp file copy
}

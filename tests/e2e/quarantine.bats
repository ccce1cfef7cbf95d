#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# A program that fails on one of two nodes: the node takes no more of its kind,
# says so, and takes them again when it is told to.
# shellcheck disable=SC2154,SC2016  # lib.bash sets $work; $ is for sh

load lib.bash

setup() {
    lb_setup
    start_two workers.count=1 jobs.quarantine=3 "jobs.commands=$own"
}
teardown() { lb_teardown; }

# Jobs that fail at south, until it has had enough; the others then hurry.
fails_at_south() {
    rm -f hurry
    lbctl submit --retries 100 --env "at=$work" -- sh -c \
        '[ "$LB_NODE" = north ] || exit 5; [ -e "$at/hurry" ] || sleep 0.1' \
        sh {} ::: $(seq 150)
    await is_told
    : >hurry
    lbctl --timeout 60s wait last
}
# shellcheck disable=SC2317  # called by await
is_told() { lbctl nodes | grep -q '^south takes no command for '; }
# shellcheck disable=SC2317  # called by await
is_over() { [ "$(quarantine)" = '[]' ]; }
quarantine() {
    lbctl nodes --json | jq -c '.nodes[] | select(.node == "south").quarantine'
}

# Jobs that end when both nodes have begun some. (Jobs of a kind that took
# moments so far: a slot has some of them beforehand, not forty.)
both_take_jobs() {
    lbctl submit --env "at=$work/$1" -- sh -c '
        mkdir -p "$at/$LB_NODE"
        until [ -d "$at/north" ] && [ -d "$at/south" ]; do sleep 0.05; done
        ' sh {} ::: $(seq 40)
    lbctl --timeout 60s wait last
}

@test "where a program fails alone it runs no more, until an operator says so" {
    fails_at_south
    lbctl nodes >told
    grep -qE '^south takes no command for [1-9][0-9]* s more: 3 failed in a row there, others succeed elsewhere$' told
    not grep -q '^north takes no' told
    [[ $(quarantine) =~ command:3:[1-9] ]]
    logged south 'evt=quarantine kind=command failures=3 '
    not logged north 'evt=quarantine '
    [ "$(lbctl run -- sh -c 'echo $LB_NODE' sh {} ::: $(seq 20) |
        sort | uniq -c | tr -s ' ')" = ' 20 north' ]
    # A job that no other node may run waits.
    pinned=$(lbctl submit -q --pin south -- true)
    lbctl explain south | grep -q 'in quarantine here .*: command:3:'

    lbctl release south fib | grep -qx 'kind fib is not in quarantine on south'
    is_told
    lbctl release --json south command |
        jq -e '.node == "south" and .released == 1'
    logged south 'evt=quarantine-over kind=command by='
    await is_over
    lbctl --timeout 60s wait "$pinned"
    both_take_jobs first
}

@test "release without a kind is of all kinds" {
    fails_at_south
    lbctl release --json south | jq -e '.released == 1'
    await is_over
    both_take_jobs first
    lbctl release south | grep -qx 'no kind is in quarantine on south'
    # It counts anew: that was no pardon for good.
    fails_at_south
}

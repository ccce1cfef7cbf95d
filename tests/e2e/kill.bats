#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Agents die by SIGKILL in the middle of work and come back: what was accepted
# ends, each result is there once, and every sum is exact.
# shellcheck disable=SC2154

load lib.bash

setup() {
    lb_setup
    tools=$(dirname "$(command -v lbagent)")/tests/tools
}
teardown() { lb_teardown; }

# NAME PORT: as it was started, at the same ports, and in full strength.
again() {
    local peer=north
    [ "$1" = south ] || peer=south
    rm "$1/run/endpoint"
    start_agent "$1" workers.count=1 jobs.lost_limit=100 "listen.port=$2" \
        "peers.node=$peer@127.0.0.1:$(port_of $peer)"
}

# Both nodes have some results, and there is more to do: slow until then.
# shellcheck disable=SC2317  # called by await
both_work() {
    lbctl --json nodes >nodes.json &&
        jq -e '[.nodes[] | select(.done > 0)] | length == 2' nodes.json
}
# shellcheck disable=SC2317  # called by await
sees_both() { [ "$(lbctl nodes --raw | grep -c ' run ')" -eq 2 ]; }

# WORKLOAD JOBS: each job of it is done, and is there once.
each_once() {
    lbctl --json results "$1" >results.json
    [ "$(jq '[.results[] | select(.state == "done").job] | unique | length' \
        results.json)" -eq "$2" ]
    [ "$(jq '.results | length' results.json)" -eq "$2" ]
}

start_both() {
    "$tools/digits" 7 400000 nums.txt
    start_agent north workers.count=1 jobs.lost_limit=100 throttle.percent=5
    LB_NODE=$(control_of north)
    export LB_NODE
    start_agent south workers.count=1 jobs.lost_limit=100 throttle.percent=5 \
        "peers.node=north@127.0.0.1:$(port_of north)"
    await sees_both
    # About 40 s of work at 5 %, so that there is time to kill.
    lbctl submit vecinc jobs=200 elements=1024 iterations=10000
    lbctl submit digitsum file=nums.txt chunk=2000
    await both_work
    lbctl --json list | jq -e '[.workloads[] | select(.done < .jobs)]
        | length >= 1'
}

finish_both() {
    lbctl --timeout 100s wait north-1
    lbctl --timeout 100s wait north-2
    each_once north-1 200
    each_once north-2 200
    lbctl results north-2 | grep -qx "value $("$tools/count_digits" nums.txt)"
    lbctl results north-1 | grep -qx 'value 204800 of 204800 equal'
    lbctl results --raw north-1 |
        "$tools/check_vector" 204800 10000 1
}

@test "the helper dies in the middle of digitsum and vecinc" {
    start_both
    port=$(port_of south)
    kill_agent south
    again south "$port"
    lbctl throttle north 100
    finish_both
}

@test "the home dies in the middle of digitsum and vecinc" {
    start_both
    port=$(port_of north)
    kill_agent north
    again north "$port"
    lbctl throttle all 100
    finish_both
}

@test "the helper dies for good: its jobs run elsewhere" {
    start_both
    kill_agent south
    lbctl throttle north 100
    finish_both
}

@test "both die at once" {
    start_both
    port=$(port_of north)
    other=$(port_of south)
    kill_agent north
    kill_agent south
    # The endpoint files still say where the other was.
    again north "$port"
    again south "$other"
    await sees_both
    finish_both
}

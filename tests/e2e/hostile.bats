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

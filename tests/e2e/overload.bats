#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Ten submitters offer ten times what a node can do: each answer is accepted
# or busy, nothing accepted is lost, memory stays within what is configured
# and 64 MiB. (How fast it stays is for ./run bench overload.)
# shellcheck disable=SC2154

load lib.bash

setup() {
    lb_setup
    tools=$(dirname "$(command -v lbagent)")/tests/tools
}
teardown() { lb_teardown; }

# JOBS OF EACH WORKLOAD
floods() {
    local most
    start_agent north workers.count=2 queue.max_jobs=10000 \
        queue.max_bytes=4M results.max_bytes=32M
    "$tools/flood" "127.0.0.1:$(port_of north)" "$(cat pid.north)" 1 \
        noop '' "$1" >said || { cat said; return 1; }
    cat said
    most=$(awk '$1 == "VmHWM:" { print $2 }' \
        "/proc/$(cat pid.north)/status")
    [ "$most" -le $(((4 + 32 + 64) * 1024)) ]
    grep -q '/ lost 0$' said
    [ "$(lbctl -n "$(control_of north)" run fib 10)" = 55 ]
}

@test "ten times too many jobs, in workloads of fifty" {
    floods 50
}

@test "ten times too many jobs, each a workload of its own" {
    floods 1
}

@test "who is refused waits a moment for the answer" {
    start_agent north workers.count=1 queue.max_jobs=50
    "$tools/flood" "127.0.0.1:$(port_of north)" "$(cat pid.north)" 1 \
        sleep ms=10 50 >said
    cat said
    # Those who ask again at once do not keep the node from its work.
    grep -Eq 'answers: [1-9][0-9]* accepted, [1-9][0-9]* busy, 0 others' said
    awk '/^busy:/ { exit $3 < 10 }' said
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# A node that is silent, away, full or leaving, and who waits for it: each is
# told what it is.
# shellcheck disable=SC2154

load lib.bash

setup() { lb_setup; }
teardown() {
    # Who stands still hears no TERM.
    [ ! -e pid.north ] || kill -CONT "$(cat pid.north)" 2>/dev/null || :
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

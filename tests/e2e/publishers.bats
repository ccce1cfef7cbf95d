#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# The nodes that tests/tools/publishers plays look like nodes to clients: what
# lbtop is measured with is worth no more than that.
# shellcheck disable=SC2154  # lib.bash sets $work

load lib.bash

setup() {
    lb_setup
    "$(dirname "$(command -v lbagent)")/tests/tools/publishers" --nodes 9 \
        --seconds 120 --dir "$work" >played 3>&- &
    echo $! >pid.played
    await grep -q ready played
    LB_NODE=ipc://$work/control.sock
    export LB_NODE
}
teardown() { lb_teardown; }

@test "played nodes are told, and each is steered where it listens" {
    [ "$(lbctl --raw nodes | wc -l)" -eq 9 ]
    lbctl throttle beta002 60 >out
    grep -qx 'beta002 100 -> 60' out
    lbctl pause gamma001
    lbctl --raw nodes >told
    grep -q '^beta002[[:space:]]run[[:space:]]60' told
    grep -q '^gamma001[[:space:]]pause' told
    not lbctl throttle beta002 5
    stop_agent played
    grep -q '^published [1-9][0-9]*, answered [1-9]' played
}

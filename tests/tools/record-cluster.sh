#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Makes the recording that tests/unit/test_tui_recorded.c plays: five agents on
# this machine at real work, watched by an lbtop that is worked with. Names in
# it are made up. Takes some three minutes, and needs tmux and jq.
# Usage: LB_BUILD=build tests/tools/record-cluster.sh FILE
# Then look where things happened (lbtop --replay FILE), write those times into
# that test and test_tui_recorded_numbers.c, and rewrite the screens:
#   GOLDEN_REWRITE=1 make check TESTS=tests/unit/test_tui_recorded
set -eu

[ $# -eq 1 ] || { echo "Usage: $0 FILE" >&2; exit 2; }
file=$(realpath "$1")
BATS_TEST_DIRNAME=$(dirname "$(realpath "$0")")/../e2e
# shellcheck source=tests/e2e/lib.bash
. "$BATS_TEST_DIRNAME/lib.bash"
# shellcheck source=tests/e2e/tmux.bash
. "$BATS_TEST_DIRNAME/tmux.bash"

lb_setup
trap 'term_teardown; lb_teardown' EXIT
term_setup xterm-256color

begin() { # NAME SLOTS THROTTLE [PEER] [KEY=VALUE]...
    local name=$1 slots=$2 throttle=$3 peer=${4:-}
    shift 3
    [ $# -eq 0 ] || shift
    start_agent "$name" "workers.count=$slots" "throttle.percent=$throttle" \
        peers.dead_after=5s ${peer:+"peers.node=127.0.0.1:$(port_of "$peer")"} \
        "$@"
}
note() { types ":note $1"; keys Enter; }
# Life between two scenes: what is looked at is a history.
pass() { sleep "$1"; }
know() { # N nodes that live
    [ "$(lbctl --json nodes | jq '[.nodes[] | select(.stale | not)] |
        length')" -eq "$1" ]
}
add() { # NAME JOBS ITERATIONS [OPTION]...
    local name=$1 jobs=$2 iterations=$3
    shift 3
    lbctl submit --name "$name" "$@" vecinc "jobs=$jobs" \
        "iterations=$iterations" return=crc >/dev/null
}

# Two nodes: cards.
begin north 2 80
LB_NODE=$(control_of north)
export LB_NODE
begin south 1 50 north node.tags=rack=r1
await know 2
start_top --record rec
sees '2 up'
pass 6
add render 900 600000
lbctl submit --hold --name later sleep jobs=40 ms=100 >/dev/null
pass 14

# Five: a table. One of them gives, one has jobs that fail.
begin east 1 40 north node.tags=rack=r1
begin west 1 60 north node.tags=rack=r2
begin lakes 1 30 north node.tags=rack=r2
await know 5
sees '5 up'
pass 8
lbctl -n "$(control_of south)" submit --name doomed --retries 1 --priority 9 \
    --timeout 100ms sleep jobs=12 ms=700 >/dev/null
lbctl -n "$(control_of west)" submit --name probe --priority 8 sleep \
    jobs=300 ms=200 >/dev/null
pass 10

# Changes: of this console, of another one, refused.
keys Home
keys F7 F7 F7
sees 'in force'
pass 4
lbctl throttle west 35 >/dev/null
pass 4
types ':pause lakes'
keys Enter
sees y/N
pass 1
keys y
sees 'pause in force'
pass 4

# A node, a workload, from near.
keys Home Enter
pass 8
keys Escape
keys 2
sees render
keys End Enter
sees doomed
pass 5
keys Escape
keys Home Enter
pass 6
keys Escape
keys 1
pass 3

# One is killed, is LOST, comes back; another says goodbye.
kill_agent east
sees LOST
pass 14
types ':start lakes'
keys Enter
sees 'start in force'
begin east 1 40 north node.tags=rack=r1
await know 5
pass 10
types ':drain west'
keys Enter
sees 'Type the node name'
for _ in 1 2 3 4 5 6 7 8; do    # keys of the first moment are not for it
    types '~'
    sleep 0.1
    shows '~' && break
done
keys C-u
types west
keys Enter
sees 'drain in force'
pass 12
stop_agent south
pass 8
note 'that was all'
pass 1
keys q q
ends 0

rm -f "$file"
lbtop --replay rec --record "$file" --anon
chmod 644 "$file"
ls -l "$file"

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# A time-out in per cent of the median run time, in real agents: what hangs is
# ended, at the home and elsewhere, and nothing of it is left.
# shellcheck disable=SC2154,SC2016  # lib.bash sets $work; $ is for sh

load programs.bash

setup() {
    programs_setup nasty
    start_two workers.count=2 "jobs.commands=$own"
}
teardown() { programs_teardown; }

# NODE: quick jobs there, and one that would take ten minutes. A quick one that
# is late, as on a busy machine, is tried again.
one_hangs_at() {
    fails 1 timeout lbctl --timeout 90s run --pin "$1" --timeout 300% \
        --retries 3 --env NASTY="$token" -- sh -c \
        '[ "$1" != hangs ] || exec sleep 600; sleep 0.3' \
        sh {} ::: 1 2 3 4 5 6 7 hangs
    await are_marked 0
    lbctl results --json last >told || [ $? -eq 1 ]
    jq -e --arg node "$1" '.results | length == 8 and
        all(.[:7][]; .state == "done" and .node == $node) and
        (.[7] | .error == "timeout" and .node == $node and .attempt == 4)
        ' told
}

@test "a job that takes thrice the median is ended where its home is" {
    one_hangs_at north
}

@test "a job that takes thrice the median is ended at another node" {
    one_hangs_at south
}

@test "short jobs behind those that hang go to who has time" {
    seq 300 | sed '$s/$/\nhangs\nhangs/' >first
    lbctl submit --pin north --env NASTY="$token" -a first -- sh -c \
        '[ "$1" != hangs ] || exec sleep 600' sh {} >number
    seq 3000 | timeout 60 lbctl run -a - -- sh -c : sh {}
    lbctl cancel --yes "$(cat number)"
    await are_marked 0
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Each campaign of faults against real agents, short: nothing lost, nothing
# twice. ./run nemesis --release is the long one.
# shellcheck disable=SC2154

nemesis=$(cd "${LB_BUILD:-build}" && pwd)/tests/nemesis/nemesis

# NAME: what it says is shown if it fails; a skip says why.
campaign() {
    run "$nemesis" "$1" 3>&-
    echo "$output"
    [ "$status" -ne 77 ] || skip "${lines[-1]#*skipped: }"
    [ "$status" -eq 0 ]
}

@test "short campaigns have a twentieth of what one has for a release" {
    # boundary.c says why it has less.
    "$nemesis" --list | awk '
        NR > 1 && $1 != "boundary" {
            # A promise is a word P and its number: there may be several.
            for (i = 2; $i ~ /^P[0-9]+$/; i++) ;
            n++
            if ($i * 20 < $(i + 1)) { print; bad = 1 }
        }
        END { exit bad || n < 10 }'
}

# Who is killed about each quarter of a second has accepted nothing in vain.
@test "agents killed at random, and as they acknowledge" {
    campaign kill
    [[ $output == *'/ lost 0 / duplicated 0 / unexpected 0 /'* ]]
}

@test "agents killed at the n-th call of a kind" { campaign boundary; }

@test "agents cut off from each other" { campaign partition; }

@test "agents stopped, and awake again" { campaign stop; }

@test "agents back with the same, an empty, an older disk" { campaign rejoin; }

@test "late, reordered, cut and repeated messages" { campaign proxy; }

@test "wall clocks that jump" { campaign clock; }

@test "a storm of signals, then TERM" { campaign signals; }

@test "a campaign that is interrupted leaves no agent" {
    cd "$BATS_TEST_TMPDIR"
    TMPDIR=$PWD "$nemesis" kill --events 1000 >out 2>&1 3>&- &
    pid=$!
    for ((i = 0; i < 300; i++)); do
        pgrep -P "$pid" >children && break
        sleep 0.05
    done
    [ -s children ]
    kill -KILL "$pid"
    while read -r child; do
        for ((i = 0; i < 300; i++)); do
            kill -0 "$child" 2>/dev/null || break
            sleep 0.05
        done
        if kill -0 "$child" 2>/dev/null; then return 1; fi
    done <children
}

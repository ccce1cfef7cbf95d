#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# The campaigns of nemesis.bats that concern disks.
# shellcheck disable=SC2154

nemesis=$(cd "${LB_BUILD:-build}" && pwd)/tests/nemesis/nemesis

# NAME: what it says is shown if it fails; a skip says why.
campaign() {
    run "$nemesis" "$1" 3>&-
    echo "$output"
    [ "$status" -ne 77 ] || skip "${lines[-1]#*skipped: }"
    [ "$status" -eq 0 ]
}

@test "power cuts: what was not synced is gone" { campaign power; }

@test "each call to the disk fails, once and for good" { campaign disk; }

@test "disks that are full for a while" { campaign full; }

@test "journals with wrong bits, sectors and ends" { campaign journal; }

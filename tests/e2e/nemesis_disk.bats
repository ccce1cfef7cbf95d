#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# The campaigns of nemesis.bats that concern disks, and what a host may run
# out of.
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

@test "no memory, descriptors, processes or threads for once" {
    campaign limits
}

@test "too few descriptors are an error that names what is needed" {
    printf '[node]\nname = few\nstate_dir = %s/s\nrun_dir = %s/r\n' \
        "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/few.ini"
    run prlimit --nofile=50 "${nemesis%/tests/*}/lbagent" \
        -c "$BATS_TEST_TMPDIR/few.ini" -D workers.count=2
    [ "$status" -eq 1 ]
    [[ $output == *'may open 50 files, and needs 176 for 2 slots'* ]]
}

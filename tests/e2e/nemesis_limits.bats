#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# The campaign of nemesis.bats on what a host may run out of.
# shellcheck disable=SC2154

nemesis=$(cd "${LB_BUILD:-build}" && pwd)/tests/nemesis/nemesis

@test "no memory, descriptors, processes or threads for once" {
    run "$nemesis" limits 3>&-
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'/ lost 0 / duplicated 0 / unexpected 0 /'* ]]
}

@test "too few descriptors are an error that names what is needed" {
    printf '[node]\nname = few\nstate_dir = %s/s\nrun_dir = %s/r\n' \
        "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/few.ini"
    run prlimit --nofile=50 "${nemesis%/tests/*}/lbagent" \
        -c "$BATS_TEST_TMPDIR/few.ini" -D workers.count=2
    [ "$status" -eq 1 ]
    [[ $output == *'may open 50 files, and needs 176 for 2 slots'* ]]
}

# SPDX-License-Identifier: MPL-2.0
# What tests of programs and of own kinds share: a tool that misbehaves, how its
# processes are found whatever becomes of them.
# shellcheck shell=bash disable=SC2154

load lib.bash

# TOOL [VARIABLE]: an own copy of it. What a test starts bears a mark, as
# NASTY=$token; and VARIABLE, if others may bear it.
programs_setup() {
    lb_setup
    mkdir own
    cp "$(dirname "$(command -v lbagent)")/tests/tools/$1" own/
    token=$$.$BATS_TEST_NUMBER.$RANDOM
    mark=${1^^}=$token
    with=${2:+$2=}
}

programs_teardown() {
    local pid
    for pid in $(marked); do
        kill -KILL "$pid" 2>/dev/null || :
    done
    lb_teardown
}

# Processes of this test's programs.
marked() {
    local file
    grep -lsxz "$mark" /proc/[0-9]*/environ | while read -r file; do
        grep -qsz "^$with" "$file" || continue
        echo "${file//[^0-9]/}"
    done
}
# shellcheck disable=SC2317  # called by await
are_marked() { [ "$(marked | wc -l)" -eq "$1" ]; }
# shellcheck disable=SC2317  # called by await
in_state() { # LETTER: one of them is
    local pid
    for pid in $(marked); do
        grep -q "^State:[[:space:]]*$1" "/proc/$pid/status" && return 0
    done
    return 1
}

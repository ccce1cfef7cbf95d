#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Files that not every node can read: the job goes to who can, or the bytes go
# with it.
# shellcheck disable=SC2154

load lib.bash

setup() {
    lb_setup
    mkdir -p here nothing
    head -c 300000 /dev/zero | tr '\0' 7 >here/nums.txt
}
teardown() { lb_teardown; }

# HOME_ROOTS PEER_ROOTS [OPTION]...: north knows south, which has the work to
# share; the options are those of north.
two() {
    start_agent north workers.count=1 "jobs.file_roots=$1" "${@:3}"
    start_agent south workers.count=1 "jobs.file_roots=$2" \
        "peers.node=127.0.0.1:$(port_of north)"
    await logged north 'evt=peer-joined peer=south'
    LB_NODE=$(control_of north)
    export LB_NODE
}

# NODE: the jobs of the last workload ran there.
ran_at() {
    lbctl --json results last |
        jq -e --arg node "$1" '[.results[].node] | unique == [$node]'
}

@test "bytes go along to a holder that cannot read the file" {
    two "$PWD/here" "$PWD/nothing"
    lbctl pause
    [ "$(lbctl run digitsum file=here/nums.txt chunk=1000)" = 2100000 ]
    ran_at south
    logged north 'evt=no-file .*node=south'
}

@test "with --ship=path what the holder cannot read is run at home" {
    two "$PWD/here" "$PWD/nothing"
    [ "$(lbctl run --ship=path digitsum file=here/nums.txt chunk=1000)" = \
        2100000 ]
    ran_at north
}

@test "what the home cannot read is run by who can" {
    two "$PWD/nothing" "$PWD/here"
    [ "$(lbctl run --ship=path digitsum file=here/nums.txt chunk=100000)" = \
        2100000 ]
    lbctl --json results last | jq -e '[.results[].node] | unique == ["south"]'
}

@test "bytes travel with the jobs to who can read nothing" {
    two "$PWD/nothing" "$PWD/nothing"
    [ "$(lbctl run --ship=bytes digitsum file=here/nums.txt chunk=1000)" = \
        2100000 ]
}

@test "what nobody can read fails when it was sought for jobs.file_wait" {
    two "$PWD/nothing" "$PWD/nothing" jobs.file_wait=0
    fails 1 'file not readable on any node' lbctl --timeout=20s run --ship=path \
        digitsum file=here/nums.txt chunk=100000
}

@test "jobs.file_roots is in force when it was read again" {
    start_agent north workers.count=1 jobs.file_wait=0
    LB_NODE=$(control_of north)
    export LB_NODE
    [ "$(lbctl run digitsum file=here/nums.txt chunk=100000)" = 2100000 ]
    printf '[jobs]\nfile_roots = %s\n' "$PWD/nothing" >>north.ini
    kill -HUP "$(cat pid.north)"
    await logged north 'reloaded=yes'
    fails 1 'file not readable on any node' lbctl --timeout=20s run --ship=path \
        digitsum file=here/nums.txt chunk=100000
}

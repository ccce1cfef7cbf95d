#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Files that travel with commands, as homes and holders see it: no directory is
# shared, and nothing of a job is left behind.
# shellcheck disable=SC2154,SC2016,SC1083

load lib.bash

setup() { lb_setup; }
teardown() { lb_teardown; }

# [OPTION]...: north is the home, and runs nothing itself while it is paused.
two() { start_two "jobs.commands=$own" log.level=debug "$@"; }

got() { grep -c 'evt=file-got' "$work/$1.log" || :; }   # NODE: files

# NODE: no directory of a job is left there, nothing half come.
is_tidy() {
    [ -z "$(ls -A "$work/$1/state/jobs")" ] &&
        [ -z "$(ls -A "$work/$1/state/files/coming")" ]
}
await_tidy() { await is_tidy "$1"; }

@test "a file is given to jobs at another node, and one comes back" {
    two
    lbctl pause
    printf 'x%.0s' {1..1000} >a.txt
    chmod 640 a.txt
    lbctl run --transfer {} --return {.}.up -- \
        sh -c 'stat -c %a a.txt; tr x y <a.txt >a.up; chmod 600 a.up' ::: a.txt \
        >out
    [ "$(cat out)" = 640 ]
    [ "$(tr -d y <a.up | wc -c)" -eq 0 ]
    [ "$(wc -c <a.up)" -eq 1000 ]
    [ "$(stat -c %a a.up)" = 600 ]
    lbctl --json results last | jq -e '.results[0].node == "south"'
    await_tidy south
    await_tidy north
}

@test "a file that a thousand jobs need travels once" {
    two workers.count=8
    lbctl pause
    head -c 3000000 /dev/urandom >big
    lbctl run --transfer big -- sh -c 'wc -c <big' ::: $(seq 1000) >out
    [ "$(sort -u out)" = 3000000 ]
    [ "$(wc -l <out)" -eq 1000 ]
    [ "$(got south)" -eq 1 ]
    [ "$(find south/state/files/cache -type f | wc -l)" -eq 1 ]
    await_tidy south
}

@test "the home itself needs no copy" {
    two
    lbctl --help >/dev/null
    LB_NODE=$(control_of south) lbctl pause
    echo alpha >a
    [ "$(lbctl run --transfer a -- cat a)" = alpha ]
    [ "$(got north)" -eq 0 ]
    [ -z "$(ls -A north/state/files/cache)" ]
    await_tidy north
}

@test "a job may write what it is given" {
    two
    echo alpha >a
    lbctl run --transfer a -- sh -c 'echo beta >>a; wc -l <a' ::: 1 2 3 >out
    [ "$(sort -u out)" = 2 ]
    [ "$(lbctl run --transfer a -- cat a)" = alpha ]
}

@test "what does not exist, or is no file, is not returned" {
    two
    fails 1 'no file none to return' lbctl run --return none -- true
    fails 1 'd: not returned: not a regular file' \
        lbctl run --return d -- mkdir d
    fails 1 'p: not returned: not a regular file' \
        lbctl run --return p -- mkfifo p
    fails 1 'l: not returned: it lies behind a link' \
        lbctl run --return l -- ln -s /etc/passwd l
    fails 1 'd/passwd: not returned: it lies behind a link' \
        lbctl run --return d/passwd -- ln -s /etc d
    [ ! -e l ]
    # Of a job that failed nothing is returned.
    fails 1 'exit 3' lbctl run --return a -- sh -c 'echo x >a; exit 3'
    [ ! -e a ]
    await_tidy north
    await_tidy south
}

@test "a full node is no place for the file, another one may be" {
    start_agent south "jobs.commands=$own" jobs.files_max=1M
    start_agent north "jobs.commands=$own" \
        "peers.node=127.0.0.1:$(port_of south)"
    await logged north 'evt=peer-joined peer=south'
    LB_NODE=$(control_of north)
    export LB_NODE
    head -c 2000000 /dev/zero >big
    lbctl run --transfer big -- sh -c 'wc -c <big; echo $LB_NODE' >out
    [ "$(cat out)" = "$(printf '2000000\nnorth')" ]
}

# NAME: killed, as a crash does, and started again as two does, knowing PEER.
again() {
    kill_agent "$1"
    rm "$work/$1/run/endpoint"
    start_agent "$1" "jobs.commands=$own" log.level=debug workers.count=1 \
        "peers.node=127.0.0.1:$(port_of "$2")"
}

own_files() { find north/state/files/own -type f | wc -l; }
own_files_are() { [ "$(own_files)" -eq "$1" ]; }

@test "the home keeps what workloads need, and drops the rest" {
    two workers.count=1
    lbctl pause
    LB_NODE=$(control_of south) lbctl pause
    echo alpha >a
    echo beta >b
    lbctl submit --transfer a -- cat a
    lbctl submit --transfer b -- cat b
    [ "$(own_files)" -eq 4 ]
    lbctl cancel -y north-2
    find north/state/files/own -type f -exec touch -d '2 hours ago' {} +
    again north south
    LB_NODE=$(control_of south) lbctl resume
    lbctl wait north-1
    [ "$(lbctl results --raw north-1)" = alpha ]
    own_files_are 4     # also of what has ended, until it is forgotten
}

@test "a job whose holder is killed gets its file again" {
    two workers.count=1
    lbctl pause
    head -c 5000000 /dev/zero >big
    lbctl submit --transfer big --return out -- sh -c "wc -c <big >out
        while [ ! -e '$work/go' ]; do sleep 0.05; done"
    await test -s south/state/jobs/0/out
    again south north
    touch go
    lbctl wait last
    lbctl --json results last | jq -e '.results[0].node == "south"'
    [ "$(got south)" -eq 1 ]
    await_tidy south
}

@test "a home that is killed has all files when it is back" {
    two workers.count=1
    lbctl pause
    head -c 5000000 /dev/urandom >big
    lbctl submit --transfer big --return out -- sh -c "cp big out
        while [ ! -e '$work/go' ]; do sleep 0.05; done"
    await test -s south/state/jobs/0/out
    kill_agent north
    rm north/run/endpoint
    touch go
    # The program has ended; its file waits for the home.
    await logged south 'evt=file-waits'
    port=$(sed -n 's/.*evt=ready port=\([0-9]*\).*/\1/p' north.log)
    start_agent north "jobs.commands=$own" log.level=debug workers.count=1 \
        "listen.port=$port" "peers.node=127.0.0.1:$(port_of south)"
    lbctl wait last
    lbctl --json results last | jq -e '.results[0].attempt == 1'
    lbctl results --out results last
    cmp big "$(find results -name out -type f)"
    await_tidy south
}

@test "a file is not brought to who has the place of its home now" {
    two workers.count=1
    lbctl pause
    lbctl submit --return out -- sh -c "echo alpha >out
        while [ ! -e '$work/go' ]; do sleep 0.05; done"
    await test -s south/state/jobs/0/out
    port=$(port_of north)
    kill_agent north
    rm north/run/endpoint
    # West has a workload of the same number, too.
    start_agent west "jobs.commands=$own" "listen.port=$port"
    LB_NODE=$(control_of west) lbctl submit --hold -- true
    touch go
    await logged south 'evt=file-waits .*west is not the home of the file'
    start_agent north "jobs.commands=$own" log.level=debug workers.count=1 \
        "peers.node=127.0.0.1:$(port_of south)"
    lbctl wait north-1
    lbctl results --out results north-1
    [ "$(cat "$(find results -name out -type f)")" = alpha ]
    [ -z "$(ls -A west/state/files/own)" ]
    await_tidy south
}

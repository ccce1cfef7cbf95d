#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Files that travel with commands, as lbctl sees it: what is sent, what comes
# back, and what is said when something is wrong. The nodes share no directory
# that jobs know of.
# shellcheck disable=SC2154,SC2016  # lib.bash sets $work; $ is for sh

load lib.bash

setup() {
    lb_setup
    command -v lbagent >/dev/null || skip "no lbagent is built"
    mkdir here
}
teardown() { lb_teardown; }

# One node that lbctl talks to.
start() { # [OPTION]...
    start_agent north workers.count=2 "jobs.commands=$own" "$@"
    LB_NODE=$(control_of north)
    export LB_NODE
    cd here || return
}
# South runs what is pinned to it; north is the home.
two() {
    start_two workers.count=2 "jobs.commands=$own"
    cd here || return
}

# How many files the home has of its own; one of them is a manifest.
stored() { find "$work/north/state/files/own" -type f | wc -l; }
nothing_submitted() { [ -z "$(lbctl list -q)" ]; }

@test "files go to another node, and come back" {
    two
    mkdir -p in/deep
    head -c 3000000 /dev/urandom >in/deep/big.bin
    echo small >in/a.log
    : >in/empty
    chmod 751 in/a.log
    lbctl run --pin south --transfer {} --return 'out/{/.}.copy' -- sh -c \
        'mkdir out; cp -p "$1" "out/$2.copy"; pwd; ls -A' sh {} '{/.}' \
        ::: in/deep/big.bin in/a.log in/empty >said
    cmp in/deep/big.bin out/big.copy
    cmp in/a.log out/a.copy
    cmp in/empty out/empty.copy
    [ "$(stat -c %a out/a.copy)" = 751 ]
    # A directory of its own, with its file alone.
    grep -q "^$work/south/" said
    not grep -q "^$work/north/" said
    not grep -q "^$work/here" said
    [ "$(grep -cx in said)" -eq 3 ]
    [ "$(lbctl results --json last | jq -c '.results[1].files[] |
        [.path, .size_bytes, .mode]')" = '["out/a.copy",6,"0751"]' ]
}

@test "names may be odd" {
    start
    local name n=0
    local -a names=('a b' $'new\nline' ü日本 -dash --return ' ' '$x' "it's" '*' \
        'back\slash' $'tab\t' '%' '\s' $'\xff\xfe' ':::' '{}')
    mkdir -- '-d ir'
    for name in "${names[@]}"; do
        printf '%s' "$name" >"./$name"
        printf '%s' "$name" >"./-d ir/$name"
    done
    printf '%s\0' "${names[@]}" >../names
    printf -- '-d ir/%s\0' "${names[@]}" >>../names
    lbctl run -0 --transfer {} --return {}.back -- \
        sh -c 'cat "./$1" - >"./$1.back"' sh :::: ../names
    for name in "${names[@]}"; do
        [ "$(cat "./$name.back")" = "$name" ]
        [ "$(cat "./-d ir/$name.back")" = "$name" ]
        n=$((n + 2))
    done
    [ "$n" -eq 32 ]
    [ "$(find . -name '.lbctl*' | wc -l)" -eq 0 ]
}

@test "where a file lies" {
    start
    mkdir -p deep/er
    echo x >deep/er/f
    list() { lbctl run --transfer "$1" -- find . -type f; }
    [ "$(list deep/er/f)" = ./deep/er/f ]
    [ "$(list deep/./er/f)" = ./er/f ]
    [ "$(list "$PWD/deep/er/f")" = ./f ]
    [ "$(list "$PWD/./deep/er/f")" = ./deep/er/f ]
    [ "$(list ../here/./deep//er/f)" = ./deep/er/f ]
}

@test "one content is sent and stored once" {
    start
    echo same | tee a b c >/dev/null
    lbctl -v run --transfer {} -- cat {} ::: a b c 2>err
    grep -qx 'lbctl: 1 of 1 files to north, 5B' err
    [ "$(stored)" -eq 2 ]
    lbctl -v run --transfer {} -- cat {} ::: a b 2>err
    not grep -q 'files to north' err
    [ "$(stored)" -eq 2 ]
    echo other >c
    lbctl -v run --transfer {} -- cat {} ::: a c 2>err
    grep -qx 'lbctl: 1 of 2 files to north, 6B' err
    [ "$(stored)" -eq 4 ]
}

@test "a thousand jobs with one file" {
    two
    head -c 2000000 /dev/urandom >data
    local want
    want=$(cksum data)
    seq 1000 >numbers
    lbctl -v run --pin south --transfer data -- sh -c 'cksum data' sh \
        :::: numbers >out 2>err
    [ "$(grep -cxF "$want" out)" -eq 1000 ]
    grep -qx 'lbctl: 1 of 1 files to north, .*M' err
    [ "$(stored)" -eq 2 ]
    [ "$(find "$work/south/state/files/cache" -type f | wc -l)" -eq 1 ]
}

@test "a thousand jobs with a thousand files" {
    start
    mkdir m
    local i
    for i in $(seq 1000); do echo "$i" >"m/$i"; done
    seq 1000 >numbers
    lbctl run --transfer m/{} --return r/{} -- \
        sh -c 'mkdir r; cp m/$1 r/$1' sh :::: numbers
    diff -r m r
}

@test "a file that is missing: nothing is submitted" {
    start
    echo x >a
    fails 66 'job 1: --transfer: b: no such file' \
        lbctl run --transfer {} -- cat {} ::: a b
    nothing_submitted
    [ "$(stored)" -eq 0 ]
    if [ "$(id -u)" -ne 0 ]; then
        chmod 0 a
        fails 66 'a: permission denied' lbctl run --transfer a -- cat a
        nothing_submitted
    fi
}

@test "a file that changes while it is read: nothing is submitted" {
    start
    truncate -s 400M grows
    while [ ! -e enough ] && echo x >>grows; do :; done 3>&- &
    local pid=$!
    fails 75 '--transfer: grows: changed while it was read' \
        lbctl run --transfer grows -- cat grows
    touch enough
    wait $pid
    nothing_submitted
    [ "$(stored)" -eq 0 ]
}

has_sockets() { # PID: it has gone on to talk to a node
    find "/proc/$1/fd" -lname 'anon_inode:\[eventfd\]' | grep -q .
}

@test "a file that changes after it was read: nothing is submitted" {
    start
    echo one >a
    kill -STOP "$(cat "$work/pid.north")"
    lbctl --timeout 60s run --transfer a -- cat a >out 2>err 3>&- &
    local pid=$! status=0
    await has_sockets $pid
    echo two >a
    kill -CONT "$(cat "$work/pid.north")"
    wait $pid || status=$?
    [ "$status" -eq 75 ]
    grep -qx 'lbctl: --transfer: a: changed while it was read' err
    nothing_submitted
}

@test "a store that is full is status 75" {
    start jobs.files_max=1M
    head -c 3000000 /dev/urandom >big
    echo x >small
    fails 75 jobs.files_max lbctl run --transfer {} -- cat {} ::: small big
    nothing_submitted
    [ "$(lbctl run --transfer small -- cat small)" = x ]
}

@test "what does not come back fails the job" {
    start
    fails 1 'no file x/y to return' lbctl run --return x/y -- true
    fails 1 'exit 3' lbctl run --return x -- sh -c 'echo >x; exit 3'
    [ ! -e x ]
    # No regular file, and none of somebody else.
    fails 1 'p: not returned: ' lbctl run --return p -- mkdir p
    fails 1 'p: not returned: ' lbctl run --return p -- mkfifo p
    fails 1 'p: not returned: ' lbctl run --return p -- ln -s /etc/passwd p
    fails 1 'p/passwd: not returned: ' \
        lbctl run --return p/passwd -- ln -s /etc p
    [ -z "$(ls -A)" ]
}

@test "results --out has what came back" {
    start
    echo one >a
    echo two >b
    lbctl submit --transfer {} --return d/{}.x -- \
        sh -c 'mkdir d; cp $1 d/$1.x; echo said' sh ::: a b
    lbctl wait last
    [ ! -e d ]
    lbctl results --out r last
    cmp a r/0/files/d/a.x
    cmp b r/1/files/d/b.x
    [ "$(cat r/1/stdout)" = said ]
    [ "$(jq -c '[.files[].path]' r/1/meta.json)" = '["d/b.x"]' ]
    # As often as wanted; also over what is there.
    echo old >r/0/files/d/a.x
    lbctl results --out r last.0
    cmp a r/0/files/d/a.x
}

@test "who goes away learns how to get the files" {
    start
    lbctl run --return x -- sh -c 'while [ ! -e '"$work"'/go ]; do
        sleep 0.1; done; echo made >x' >out 2>err 3>&- &
    local pid=$! status=0
    await grep -q accepted err
    kill -INT $pid
    wait $pid || status=$?
    [ "$status" -eq 130 ]
    grep -qx 'lbctl results --out DIR north-1' err
    touch ../go
    lbctl wait last
    [ ! -e x ]
    lbctl results --out r last >/dev/null
    [ "$(cat r/0/files/x)" = made ]
}

@test "a file is there as a whole before its job is logged" {
    start
    echo old >x
    ln x other
    lbctl run --joblog log --transfer x --return {} -- \
        sh -c 'cat x; echo new >$1' sh ::: x y
    [ "$(cat x y)" = $'new\nnew' ]
    [ "$(cat other)" = old ]
    # Sent: the file; received: its output, and the file.
    [ "$(sed 1d log | cut -f5-8 | sort | uniq)" = $'4\t8\t0\t0' ]
    # It is another file now: that job is run again.
    lbctl run --joblog log --resume -y --transfer x --return {} -- \
        sh -c 'cat x; echo new >$1' sh ::: x y >out
    [ "$(cat out)" = $'new\nnew' ]
    run lbctl run --joblog log --resume -y --transfer x --return {} -- \
        sh -c 'cat x; echo new >$1' sh ::: x y
    [[ $output == *'2 jobs, nothing to do' ]]
}

@test "what cannot be written is status 74" {
    start
    echo in the way >d
    fails 74 'd' lbctl run --return d/x -- sh -c 'mkdir d; echo >d/x'
    mkdir -p e/x
    fails 74 'e/x' lbctl run --return e/x -- sh -c 'mkdir e; echo >e/x'
    [ "$(find . -name '.lbctl*' | wc -l)" -eq 0 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Frames that lie, on each socket of a node: what is wrong is dropped and
# counted by its reason, and the node works on. (Bytes that are not even
# ZeroMQ's: agent.bats.)
# shellcheck disable=SC2154

load lib.bash

setup() {
    lb_setup
    start_agent north workers.count=1
    start_agent south workers.count=1 "peers.node=127.0.0.1:$(port_of north)"
    await meets
    LB_NODE=$(control_of north)
    export LB_NODE
    strange=$(dirname "$(command -v lbagent)")/tests/tools/strange
}
teardown() { lb_teardown; }

meets() { grep -q 'evt=peer-joined peer=south' "$work/north.log"; }

# REASON: how many frames north has dropped for it.
rejected() {
    local n
    n=$(grep -c 'counter=loop.events' north.log) || :
    kill -USR1 "$(cat pid.north)"
    await dumped "$n" || return 1
    sed -n "s/.*counter=net.rejected.$1 value=//p" north.log | tail -n 1
}
# shellcheck disable=SC2317  # called by await
dumped() { [ "$(grep -c 'counter=loop.events' north.log)" -gt "$1" ]; }

# shellcheck disable=SC2317  # called by await
lists_stranger() {
    lbctl --json nodes | jq -e '.nodes[] |
        select(.phase == "protocol" and .version == "protocol 2" and
            .id == "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee")'
}
# shellcheck disable=SC2317  # called by await
reaches() { [ "$(rejected "$1")" -eq "$2" ]; }

# SOCKET REASON=CASE[,CASE]...: all are sent, each is counted by its reason.
drops() {
    local socket=$1 pair reason all=() names=() want=()
    shift
    for pair in "$@"; do
        IFS=, read -ra names <<<"${pair#*=}"
        want+=("$(($(rejected "${pair%%=*}") + ${#names[@]}))")
        all+=("${names[@]}")
    done
    "$strange" "$(port_of north)" "$socket" "${all[@]}" >reply
    for pair in "$@"; do
        reason=${pair%%=*}
        await reaches "$reason" "${want[0]}" || {
            echo "$socket: $reason: $(rejected "$reason"), not ${want[0]}" >&2
            return 1
        }
        want=("${want[@]:1}")
    done
}

# Nothing was taken in, both nodes are there, and work is done.
still_works() {
    kill -0 "$(cat pid.north)"
    kill -0 "$(cat pid.south)"
    [ "$(lbctl nodes --raw | grep -c ' run ')" -eq 2 ]
    [ "$(lbctl run fib n=1..5 | tr '\n' ' ')" = '1 1 2 3 5 ' ]
}

lies='header=header,small-header crc=crc length=longer,big-bomb,parts
    inflate=bomb,nothing-inside,no-deflate body=body'

@test "data socket: frames that lie are dropped and counted by reason" {
    # shellcheck disable=SC2086  # a list of words
    drops data short=empty,cut magic=magic type=type,place $lies
    still_works
}

@test "state socket: frames that lie are dropped and counted by reason" {
    # Magic, version and type are topics: others are not even received.
    # shellcheck disable=SC2086
    drops state short=cut $lies
    still_works
}

@test "control socket: frames that lie are dropped and counted by reason" {
    # shellcheck disable=SC2086
    drops control short=empty,cut magic=magic type=type,place $lies
    still_works
}

@test "a zip bomb costs no memory, a frame above the limit only its link" {
    local before after socket
    before=$(awk '/^VmHWM/ { print $2 }' "/proc/$(cat pid.north)/status")
    for socket in data state control; do
        drops $socket inflate=bomb,bomb,bomb length=big-bomb
        "$strange" "$(port_of north)" $socket oversize
    done
    after=$(awk '/^VmHWM/ { print $2 }' "/proc/$(cat pid.north)/status")
    echo "peak before $before KiB, after $after KiB; a bomb has 65536"
    [ $((after - before)) -lt 65536 ]
    still_works
}

@test "a peer of another protocol version is named in the log and in nodes" {
    drops data version=version
    await grep -q 'level=warn .*evt=protocol id=e\{32\} version=2 own=1' north.log
    await lists_stranger
    lbctl status |
        grep -q '^nodes  3: 2 run, 0 pause, 0 drain, 1 other version$'
    lbctl --json status | jq -e '.nodes.other_version == 1 and .nodes.lost == 0'
    # The same one is not named each second.
    drops data version=version,version
    [ "$(grep -c 'evt=protocol' north.log)" -eq 1 ]
    still_works
}

@test "a client of another protocol version is answered with 76" {
    [ "$("$strange" "$(port_of north)" control version)" = 76 ]
    [ "$("$strange" "$(port_of north)" control right)" = 0 ]
    still_works
}

# N: prints the two bytes of that number, biggest first.
be() { printf '%b' "$(printf '\\x%02x\\x%02x' $(($1 >> 8)) $(($1 & 255)))"; }

# LENGTH: a client that speaks ZMTP 3 by itself, with a routing id that long,
# sends a frame of protocol version 2, and stays in $link.
announce() {
    local id
    id=$(printf '%*s' "$1" '' | tr ' ' i)
    exec {link}<>"/dev/tcp/127.0.0.1/$(($(port_of north) + 3))"
    {
        printf '\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL'
        head -c 48 /dev/zero
        # A long command: READY with two properties; a short message.
        printf '\x06\0\0\0\0\0\0'
        be $((41 + $1))
        printf '\x05READY\x0bSocket-Type\0\0\0\x06DEALER'
        printf '\x08Identity\0\0'
        be "$1"
        printf '%s' "$id"
        printf '\0\x40\xaa\xb7\x02'
        head -c 61 /dev/zero
    } >&"$link"
}

@test "control socket: routing ids of any length end nothing" {
    local length lengths=0
    announce 255
    await reaches version 1
    exec {link}>&-
    for length in 256 257 4000; do
        announce $length
        await reaches_or_ends length $((++lengths))
        kill -0 "$(cat pid.north)"
        exec {link}>&-
    done
    still_works
}

# shellcheck disable=SC2317  # called by await
reaches_or_ends() { not kill -0 "$(cat pid.north)" || reaches "$@"; }

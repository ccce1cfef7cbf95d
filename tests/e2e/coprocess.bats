#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Own kinds in real agents: examples, wrong answers, throttle, death, and nodes
# that have a kind beside those that do not.
# shellcheck disable=SC2154

load programs.bash

setup() {
    programs_setup fickle LB_KIND
    cp "$LB_SRC"/conf/examples/* own/
    fickle=$work/own/fickle
    export FICKLE=$token
}
teardown() { programs_teardown; }

# NAME [OPTION]...: an agent that passes FICKLE on, and that lbctl talks to.
start() {
    start_agent "$1" "jobs.commands=$own" 'jobs.env_keep=PATH FICKLE' \
        "${@:2}"
    LB_NODE=$(control_of "$1")
    export LB_NODE
}

# NAME PROTOCOL [OPTION]...: with the kind x, of fickle.
start_fickle() {
    mkdir -p "$1.ini.d"
    printf '[kind.x]\ncommand = %s\n    %s\nprotocol = %s\n' "$fickle" "$2" \
        "$2" >"$1.ini.d/kinds.ini"
    start "$1" workers.count=1 "${@:3}"
}

@test "the examples run" {
    command -v python3 awk >/dev/null || skip "no python3 or awk"
    mkdir north.ini.d
    sed "s|/usr/local/lib/lbagent|$work/own|; s|/usr/bin/awk|$(command -v awk)|" \
        own/kinds.ini >north.ini.d/kinds.ini
    start north
    run lbctl run collatz n=1..10
    [ "$status" -eq 0 ]
    [[ $output == *$'\n67\n'* ]]
    run lbctl run words ::: 'one two' three '' 'a \b c'
    [ "$status" -eq 0 ]
    [[ $output == *$'\n6\n'* ]]
    run lbctl run collatz n=0
    [ "$status" -eq 2 ]
    [ "$output" = 'lbctl: collatz: n: 0 is outside 1..1000000000000' ]
    run lbctl --json kinds collatz
    [ "$(jq -r '.kinds[0] | "\(.parameter) \(.nodes) \(.combine)"' \
        <<<"$output")" = 'n 1 sum' ]
    printf 'collatz 27\nwords "x y"\n# none\ncollatz n=9\n' >jobs.txt
    run lbctl run -a jobs.txt
    [ "$status" -eq 0 ]
    [[ $output == *$'\n130\n'* ]]
}

@test "a wrong answer fails one attempt, with its reason" {
    start_fickle north json kind.x.crash_limit=100
    run lbctl run x ::: 'raw oops' good 'exit 3' 'fail no scene' fine
    [ "$status" -eq 1 ]
    [[ $output == *'north-1.0 failed on north: kind x: answer is not JSON (column 1)'* ]]
    [[ $output == *'north-1.2 failed on north: kind x: its program ended: exit 3'* ]]
    [[ $output == *'north-1.3 failed on north: no scene'* ]]
    [[ $output == *'2 done, 3 failed'* ]]
    logged north 'evt=kind-replaced kind=x slot=1'
    run lbctl run --retries 1 x pid
    [ "$status" -eq 0 ]
}

@test "an answer above the most that a result may have fails its job" {
    start_fickle north plain kind.x.max_line=4M
    fails 1 'north-1.0 failed on north: result of 3000000 bytes is above 2097152' \
        lbctl run x 'long 3000000'
    run lbctl run x good
    [ "$status" -eq 0 ]
    [[ $output == *good* ]]
}

@test "a program that fails again and again is switched off" {
    start_fickle north plain
    lbctl submit --retries 5 x 'exit 1'
    await logged north 'evt=kind-off kind=x why="3 failures in a row, the last: kind x: its program ended: exit 1"'
    run lbctl kinds
    [[ $output != *$'\nx '* ]]
    run lbctl explain north-1.0
    [[ $output == *'kind x is switched off on north'* ]]
    run lbctl submit x good
    [ "$status" -eq 0 ]
    [[ $output == *'no live node offers kind "x"; jobs wait'* ]]
}

@test "a throttle by signals stops it and lets it go on" {
    start_fickle north plain throttle.method=signal
    lbctl run x hello >/dev/null
    lbctl throttle 20
    lbctl submit x 'spin 20000'
    await in_state T
    await in_state R
    lbctl cancel -y last
    await are_marked 0
}

@test "cancel and time-out end it, the next job has a new one" {
    start_fickle north plain jobs.kill_after=100ms
    run lbctl run --timeout 300ms x hang
    [ "$status" -eq 1 ]
    [[ $output == *'failed on north: timeout'* ]]
    lbctl submit x hang
    await are_marked 1
    lbctl cancel -y last
    run lbctl run x pid
    [ "$status" -eq 0 ]
    [[ $output == *'1 1'* ]]
}

@test "an agent that is killed leaves none, and its jobs run after a restart" {
    start_fickle north plain
    id=$(lbctl submit -q x hang)
    lbctl submit -q x good
    await are_marked 1
    kill -KILL "$(cat pid.north)"
    await are_marked 0
    wait "$(cat pid.north)" || :
    rm -f north/run/endpoint
    start_fickle north plain
    await are_marked 1
    lbctl cancel -y "$id"
    run lbctl wait north-2
    [ "$status" -eq 0 ]
}

@test "one that floods its stderr keeps neither the next job nor the end" {
    start_fickle north plain jobs.kill_after=100ms \
        node.shutdown_deadline=100ms
    lbctl run x flood
    # It ends by itself long after that.
    fails 1 'failed on north: timeout' timeout 40 lbctl run --timeout 1s x hang
    lbctl run x flood
    lbctl submit x hang
    await is_running last
    kill "$(cat pid.north)"
    await is_gone north
    are_marked 0
}

# shellcheck disable=SC2317  # called by await
is_running() { lbctl show "$1" | grep -q "^running  *1\$"; }
# shellcheck disable=SC2317  # called by await
is_gone() { not kill -0 "$(cat "pid.$1")"; }

@test "jobs go only to nodes that have the kind" {
    start north
    id=$(lbctl submit --from-json - <<<'{"kind":"sleep","params":{"ms":1}}' -q)
    run lbctl run x hello
    [ "$status" -eq 2 ]
    [[ $output == *'unknown kind "x"'* ]]
    run lbctl -n "ipc://$work/none.sock" run x hello
    [ "$status" -eq 69 ]
    [[ $output == *'kind "x" is not built in, and no agent can be asked'* ]]
    start_fickle south plain "peers.node=127.0.0.1:$(port_of north)"
    await logged north 'evt=peer-joined peer=south'
    LB_NODE=$(control_of north)
    run lbctl run x hello
    [ "$status" -eq 0 ]
    [[ $output == *hello* ]]
    [[ $output == *'south 1'* ]]
    # South goes, the kind with it; what is submitted waits, visibly.
    id=$(lbctl submit --hold -q x pid)
    stop_agent south
    await logged north 'peer=south'
    lbctl start "$id"
    await explains "$id.0" 'north does not offer kind x'
    start_fickle south plain "peers.node=127.0.0.1:$(port_of north)"
    LB_NODE=$(control_of north)
    run lbctl wait "$id"
    [ "$status" -eq 0 ]
}

# shellcheck disable=SC2317  # called by await
explains() { lbctl explain "$1" | grep -q "$2"; }

@test "a missing program is named with its line" {
    printf '[kind.x]\nprotocol = plain\ncommand = /opt/none\n' >wrong.ini
    run lbagent --check -c wrong.ini
    [ "$status" -eq 78 ]
    [[ $output == *'lbagent: wrong.ini:3: [kind.x] command: /opt/none: no such file'* ]]
}

@test "as root they run only when told" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    mkdir north.ini.d
    printf '[kind.x]\ncommand = %s\n    plain\n' "$fickle" \
        >north.ini.d/kinds.ini
    start_agent north jobs.commands=yes
    LB_NODE=$(control_of north)
    export LB_NODE
    logged north 'evt=kinds own=no why="as root only with jobs.commands = root"'
    run lbctl run x hello
    [ "$status" -eq 2 ]
}

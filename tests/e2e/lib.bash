# SPDX-License-Identifier: MPL-2.0
# What the end-to-end tests share: own folders, agents on loopback with ports
# of their own, all of them ended by their saved process numbers.
# shellcheck shell=bash

bin=${LB_BUILD:-build}
LB_SRC=$(cd "${LB_SRC:-$BATS_TEST_DIRNAME/../..}" && pwd)
export LB_SRC

# Own home, so that no file of the caller is read or written.
lb_setup() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/lb-e2e.XXXXXX")
    export HOME=$work/home XDG_CONFIG_HOME=$work/config
    export XDG_STATE_HOME=$work/state XDG_RUNTIME_DIR=$work/runtime
    export LC_ALL=C.UTF-8 TERM=dumb
    unset LB_NODE LB_KEY LB_TIMEOUT LB_OUTPUT LB_CONFIG COLUMNS NO_COLOR
    mkdir -p "$HOME" "$XDG_CONFIG_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"
    cd "$work" || return 1
    PATH=$(cd "$OLDPWD" && cd "$bin" && pwd):$PATH
    # What jobs.commands must be for this user's own programs to run.
    own=yes
    # shellcheck disable=SC2034  # of those who load this
    [ "$(id -u)" -ne 0 ] || own=root
}

lb_teardown() {
    local file
    for file in "$work"/pid.*; do
        [ -e "$file" ] && stop_agent "${file##*/pid.}"
    done
    # What a test has left in the background, as when it failed half way.
    local left
    left=$(jobs -p)
    # shellcheck disable=SC2086  # a list of numbers
    [ -z "$left" ] || kill $left 2>/dev/null || :
    cd / || return 1
    rm -rf "$work"
}

# start_agent NAME [SECTION.KEY=VALUE]...: runs lbagent and waits for it.
start_agent() {
    local name=$1 pair args=() i
    shift
    for pair in "$@"; do
        args+=(-D "$pair")
    done
    mkdir -p "$work/$name/state" "$work/$name/run"
    printf '[node]\nname = %s\nstate_dir = %s\nrun_dir = %s\n[listen]\nport = 0\n' \
        "$name" "$work/$name/state" "$work/$name/run" >"$work/$name.ini"
    # Descriptor 3 is what bats waits for.
    lbagent -c "$work/$name.ini" "${args[@]}" >"$work/$name.out" \
        2>"$work/$name.log" 3>&- &
    echo $! >"$work/pid.$name"
    for ((i = 0; i < 300; i++)); do
        [ -s "$work/$name/run/endpoint" ] && return 0
        kill -0 "$(cat "$work/pid.$name")" 2>/dev/null || break
        sleep 0.05
    done
    cat "$work/$name.log" >&2
    return 1
}

# stop_agent NAME: TERM, and KILL after 10 s.
stop_agent() {
    local pid i
    pid=$(cat "$work/pid.$1")
    rm -f "$work/pid.$1"
    kill "$pid" 2>/dev/null || return 0
    for ((i = 0; i < 200; i++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.05
    done
    kill -KILL "$pid"
}

# kill_agent NAME: as a crash does; back when it is gone, and its lock with it.
kill_agent() {
    local pid i
    pid=$(cat "$work/pid.$1")
    rm -f "$work/pid.$1"
    kill -KILL "$pid"
    for ((i = 0; i < 200; i++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.05
    done
}

# Base port, and the address of the control socket, of an agent.
port_of() { sed -n 's/^port=//p' "$work/$1/run/endpoint"; }
logged() { grep -q -- "$2" "$work/$1.log"; }     # NAME PATTERN
control_of() { echo "ipc://$work/$1/run/control.sock"; }

# await COMMAND...: until it succeeds, at most a minute.
await() {
    local end=$((SECONDS + 60))
    while :; do
        "$@" >/dev/null 2>&1 && return 0
        [ "$SECONDS" -lt "$end" ] || break
        sleep 0.05
    done
    echo "never: $*" >&2
    return 1
}

# not COMMAND...: it must fail (bats does not look at `! command`).
not() {
    if "$@"; then
        echo "did not fail: $*" >&2
        return 1
    fi
}

# start_two [SECTION.KEY=VALUE]...: south, and north, which is told of it; until
# each knows the other. $LB_NODE is north.
start_two() {
    start_agent south "$@"
    start_agent north "$@" "peers.node=127.0.0.1:$(port_of south)"
    await logged north 'evt=peer-joined peer=south'
    await logged south 'evt=peer-joined peer=north'
    LB_NODE=$(control_of north)
    export LB_NODE
}

# fails STATUS TEXT COMMAND...: ends so, and says TEXT on stderr.
fails() {
    local want=$1 text=$2 got=0
    shift 2
    "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || got=$?
    if [ "$got" -ne "$want" ]; then
        echo "$*: status $got, not $want" >&2
        cat "$work/stderr" >&2
        return 1
    fi
    if ! grep -qF -- "$text" "$work/stderr"; then
        echo "$*: did not say: $text" >&2
        cat "$work/stderr" >&2
        return 1
    fi
}

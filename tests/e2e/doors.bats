#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Who may have a program run, by which door: each row of doors.txt. A program
# that runs leaves a file; where it is refused none may be there, at once or
# later.
# shellcheck disable=SC2154

load lib.bash

rows=$BATS_TEST_DIRNAME/doors.txt
nobody=65534 stranger=65533

setup() {
    [ "$(id -u)" -eq 0 ] || skip 'needs root to become somebody else'
    lb_setup
    chmod 755 "$work"
    mkdir bin canary client
    cp "$(command -v lbagent)" "$(command -v lbctl)" bin
    cp /usr/bin/touch bin/touch
    # shellcheck disable=SC2016  # of the kind's shell
    printf '#!/bin/sh\nwhile read -r f; do touch "$f" && echo ok; done\n' \
        >bin/kind
    chmod 755 bin/kind
    chmod 777 canary client
    count=0
}
teardown() { [ -z "${work:-}" ] || lb_teardown; }

# UID COMMAND...: as that user, without powers.
as() {
    local uid=$1
    shift
    if [ "$uid" -eq 0 ]; then
        "$@"
    else
        setpriv --reuid "$uid" --regid "$uid" --clear-groups env HOME="$work/client" \
            XDG_STATE_HOME="$work/client" "$@"
    fi
}

# NAME [OPTION]...: an agent of user $uid.
agent() {
    local name=$1 pair args=()
    shift
    for pair in "$@"; do args+=(-D "$pair"); done
    mkdir -p "$name/state" "$name/run"
    printf '[node]\nname = %s\nstate_dir = %s\nrun_dir = %s\n[listen]\nport = 0\n' \
        "$name" "$work/$name/state" "$work/$name/run" >"$name.ini"
    printf '[kind.x]\ncommand = %s\nprotocol = plain\n' "$work/bin/kind" \
        >>"$name.ini"
    [ "$name" = north ] || sed -i '/kind.x/,$d' "$name.ini"
    chmod 644 "$name.ini"
    chown -R "$uid:$uid" "$name"
    as "$uid" bin/lbagent -c "$name.ini" "${args[@]}" 2>"$name.log" 3>&- &
    echo $! >"pid.$name"
    await test -s "$name/run/endpoint" || return 1
    # That was the shell of `as`; this is the agent, which must not outlive it.
    cat "$name/run/lock" >"pid.$name"
}

# DOOR ACTION FILE: asks for it; status in $got, what was said in $said.
ask() {
    local who=$uid node words
    node=$(control_of north)
    case $1 in
    other) who=$stranger ;;
    tcp) node=127.0.0.1:$(port_of north) ;;
    otcp) node=127.0.0.1:$(port_of north) who=$stranger ;;
    peer) node=$(control_of south) ;;
    esac
    case $2 in
    program) words=(--cwd / -- "$work/bin/touch" "$3") ;;
    shell) words=(--cwd / -- sh -c "touch $3") ;;
    kind) words=(x "$3") ;;
    esac
    got=0
    said=$(as "$who" bin/lbctl --timeout "$4" -n "$node" run --progress=none \
        "${words[@]}" 2>&1 </dev/null) || got=$?
}

# DOOR ACTION WORD: what comes of it is what the word says.
check() {
    local file=$work/canary/$((++count)) status=77 text time=30s
    case $3 in
    runs) status=0 text='' ;;
    off) text='north does not run commands; set jobs.commands = yes' ;;
    local) text='north takes commands over its local socket only' ;;
    file) text='north/run/control.sock: permission denied' ;;
    allow) status=1 text='not in jobs.allow of north' ;;
    home) status=1 text='not in jobs.allow of south' ;;
    none) status=2 text='unknown kind "x"' ;;
    never) status=any text='' time=2s ;;
    *) return 1 ;;
    esac
    ask "$1" "$2" "$file" "$time"
    [ "$3" = runs ] || refused+=("$file")
    if [ "$got" -ne "${status/any/$got}" ] || [[ $said != *"$text"* ]] ||
        { [ "$3" = never ] && [ "$got" -eq 0 ]; } ||
        { [ "$3" = runs ] && [ ! -e "$file" ]; }; then
        echo "$user $mode $allow, $1 $2: not $3 but $got: $said" >&2
        bad=$((bad + 1))
    fi
}

# One row: a node alone, then with one that has jobs for it.
node() { # USER MODE ALLOW WORD...
    local user=$1 mode=$2 allow=$3 options=("jobs.commands=$2") home=yes
    shift 3
    uid=$nobody
    [ "$user" != root ] || uid=0 home=root
    [ "$allow" = any ] || options+=("jobs.allow=$work/bin/touch")
    rm -rf north south
    agent north "${options[@]}"
    check local program "$1"
    check local shell "$2"
    check local kind "$3"
    check other program "$4"
    check tcp program "$5"
    check tcp shell "$6"
    check tcp kind "$7"
    check otcp program "$8"
    check otcp kind "$9"
    agent south "jobs.commands=$home" jobs.allow=/no/program \
        "peers.node=127.0.0.1:$(port_of north)"
    await logged south 'evt=peer-joined peer=north'
    check peer program "${10}"
    check peer shell "${11}"
    check peer kind "${12}"
    stop_agent south
    stop_agent north
}

table() { # USER: its rows
    local words file n=0
    bad=0 refused=()
    while read -r -a words <&4; do
        [ "${words[0]}" = "$1" ] || continue
        # shellcheck disable=SC2206  # the bars go
        words=(${words[@]/|/})
        node "${words[@]}"
        n=$((n + 12))
    done 4<"$rows"
    [ "$n" -eq 96 ] && [ "$count" -eq 96 ]
    # Nor has one that was refused run since.
    for file in "${refused[@]}"; do
        [ ! -e "$file" ] || { echo "$file is there" >&2; bad=$((bad + 1)); }
    done
    [ "${#refused[@]}" -ge 30 ]
    [ "$bad" -eq 0 ]
}

@test "of a node of root programs run as the table says" {
    table root
}

@test "of a node of an ordinary user programs run as the table says" {
    table user
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# lbtop among nodes that do what none should do: tests/tools/publishers plays
# them, the last one with a fault.
# shellcheck disable=SC2154,SC2034  # $work and top_size are of lib.bash

load lib.bash
load tmux.bash

setup() {
    lb_setup
    term_setup
    LB_NODE=ipc://$work/control.sock
    export LB_NODE
}
teardown() {
    term_teardown
    lb_teardown
}

# plays NODES FAULT: until they listen.
plays() {
    "$(dirname "$(command -v lbagent)")/tests/tools/publishers" --nodes "$1" \
        --fault "$2" --seconds 300 --dir "$work" >played 3>&- &
    echo $! >pid.played
    await grep -q ready played
}

# Until a message says TEXT, for 20 s.
tells() {
    lbtop -b -i 100 -d 200ms -S messages 2>said | grep -qF -- "$1" && return
    echo "never told: $1" >&2
    return 1
}
# Likewise until the table has NAME STATE.
is_state() {
    lbtop -b -i 100 -d 200ms -c node,state --raw 2>said |
        grep -q " $1 $2\$" && return
    echo "never: $1 $2" >&2
    return 1
}

# No byte that steers a terminal. (C: what is no UTF-8 is looked at as well.)
no_control() { not env LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' "$@"; }

@test "a newer protocol: row ver, commands refused with both numbers, 76" {
    plays 3 version
    lbtop -b -i 1 -c node,state --raw >out
    grep -q ' gamma001 ver$' out
    grep -q ' alpha001 run$' out
    fails 76 'lbtop: gamma001 speaks protocol 2, lbtop 1: throttle not sent' \
        lbtop -x 'throttle 50 gamma001'
    start_top -s node
    sees '  ver last:'
    types ':throttle 50 gamma001'
    keys Enter
    sees 'gamma001 speaks protocol 2, lbtop 1: throttle not sent'
    shows '3 nodes: 2 up'
    keys Escape
    sees_no ':throttle'
    keys q
    ends 0
}

@test "a newer protocol at the only way in: both numbers, 76" {
    plays 1 version
    local words='speaks version 2 of the protocol, lbtop 1'
    fails 76 "lbtop: $LB_NODE: $words" lbtop -b -i 1 --timeout 1s
    fails 76 "$words" lbtop -x 'pause alpha001' --timeout 1s
    start_top
    sees_re ' ver '
    keys q
    ends 0
}

@test "an endpoint that is no node says so; 69" {
    plays 1 none
    local port
    port=$(sed -n 's/^ready .*://p' played)
    # What is taken for its control socket is the one for states.
    fails 69 "127.0.0.1:$((port - 1)): does not speak the lbagent protocol" \
        lbtop -b -i 1 -n "127.0.0.1:$((port - 1))" --timeout 2s
    start_top -n "127.0.0.1:$((port - 1))"
    sees 'does not speak the lbagent protocol'
    keys q
    ends 0
}

@test "the role view: read-only; -x is refused with 77" {
    plays 1 view
    fails 77 'lbtop: your key may only look: throttle not sent' \
        lbtop -x 'throttle 50 alpha001'
    start_top
    sees 'READ-ONLY'
    keys F7
    sees 'your key may only look: throttle not sent'
    keys q
    ends 0
    [ "$(lbtop -b -i 1 -c throttle --raw | cut -d' ' -f2)" = 100 ]
}

@test "the role submit: no command to a node; 77" {
    plays 1 submit
    fails 77 'lbtop: your key may only steer workloads: pause not sent' \
        lbtop -x 'pause alpha001' -y
}

@test "a control socket that may not be opened: 77" {
    local drop=()
    plays 1 none
    # For root every file is open: then as nobody.
    cp "$(command -v lbtop)" top
    chmod 0755 "$work" top
    chmod 0000 control.sock
    [ "$(id -u)" -ne 0 ] || drop=(setpriv --reuid=65534 --regid=65534
        --clear-groups)
    fails 77 "lbtop: $LB_NODE: permission denied" \
        "${drop[@]}" ./top -b -i 1 --timeout 1s
    fails 77 'permission denied' \
        "${drop[@]}" ./top -x 'pause alpha001' --timeout 1s
}

@test "a hundred malformed messages in a row: row error, one warning" {
    plays 3 garbage
    lbtop -b -i 15 -d 200ms -S messages >out
    [ "$(grep -c 'gamma001 .*malformed message dropped: body' out)" -eq 1 ]
    [ "$(grep -c 'gamma001 .*100 malformed messages in a row' out)" -eq 1 ]
    is_state gamma001 error
}

@test "messages that are too long are dropped, and counted as such" {
    plays 3 big
    tells 'malformed message dropped: length (1 so far)'
    lbtop -b -i 8 -d 500ms -c node,state --raw >out
    not grep -qE ' (lost|stale|error)$' out
}

@test "two ids with one name: two rows, a warning with both addresses" {
    plays 3 twin
    [ "$(lbtop -b -i 1 -c node --raw | grep -c ' alpha001$')" -eq 2 ]
    lbtop -b -i 10 -d 200ms -S messages >out
    [ "$(grep -c 'two nodes are called alpha001: 127.0.0.1:.*, 127.0.0.1:' \
        out)" -eq 1 ]
}

@test "impossible numbers are not shown, and counted as malformed" {
    plays 3 impossible
    tells 'malformed message dropped: '
    lbtop -b -i 10 -d 200ms -c node,load,throttle,pend --raw >out
    not grep -qE '4000|987654| gamma001 [^ ]* 0 ' out
}

@test "the clock of a node is an hour ahead: a warning, ages as they arrive" {
    plays 3 clock
    tells 'clock offset 3'
    lbtop -b -i 15 -d 200ms -c node,age --json >out
    jq -se '[.[].nodes[].age_s | numbers] | max < 60 and min >= 0' out
}

@test "names that are none: told; nothing of them reaches the terminal" {
    local fault
    for fault in name long; do
        plays 2 $fault
        lbtop -b -i 15 -d 200ms -S messages >out
        grep -q 'of the members that the way in names make no sense' out
        no_control out
        lbtop -b -i 1 >out
        no_control out
        lbtop --dump 80x24 >out
        no_control out
        [ "$(wc -L <out)" -le 80 ]
        stop_agent played
    done
    plays 2 no-name
    lbtop -b -i 1 >out
    grep -qE '^\(no name\) 127.0.0.1:[0-9]+ +run' out
}

@test "control characters in texts do not reach a terminal by -b, -x, --dump" {
    plays 2 text
    local rc=0
    lbtop -x 'throttle 50 beta001' >out 2>said || rc=$?
    [ $rc -eq 77 ]
    grep -q '^beta001 refused no?]0;owned' out
    no_control out said
    lbtop -b -i 10 -d 200ms -S messages >out
    no_control out
    lbtop -b -i 10 -d 200ms -S messages --json >out
    no_control out
    lbtop --dump 80x24 --keys '3<wait 2s>' >out
    no_control out
}

@test "too few descriptors: as many nodes as can be, the others are off" {
    plays 300 none
    bash -c 'ulimit -n 128 && exec lbtop -b -i 25 -d 200ms -S messages' >out
    grep -qE 'can watch [0-9]+ of 300 nodes: descriptor limit 128 \(ulimit -n\)' \
        out
    local n
    n=$(sed -n 's/.*can watch \([0-9]*\) of.*/\1/p' out)
    [ "$n" -ge 20 ]
    bash -c 'ulimit -n 128 && exec lbtop -b -i 2 -d 2s -c node,state --json' \
        >out
    [ "$(jq -s '.[1].nodes | map(select(.state == "off")) | length' out)" -eq \
        $((300 - n)) ]
}

@test "a soft limit is raised to the hard one" {
    plays 300 none
    [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 600 ]
    bash -c 'ulimit -Sn 128 && exec lbtop -b -i 15 -d 200ms -S messages' >out
    not grep -q 'can watch' out
    bash -c 'ulimit -Sn 128 && exec lbtop -b -i 2 -d 2s -c state --json' >out
    [ "$(jq -s '.[1].nodes | map(select(.state == "off")) | length' out)" -eq 0 ]
}

@test "the terminal closes on open commands: kept, told once by the next" {
    plays 2 none
    top_size=140x45
    start_top -s node
    sees '2 nodes: 2 up'
    kill -STOP "$(cat pid.played)"
    types ':throttle 50 beta001'
    keys Enter
    sees '50'
    sees_re 'beta001: throttle 50% sent|100→50'
    kill -HUP "$(top_pid)"
    ends 1
    kill -CONT "$(cat pid.played)"
    [ "$(cat state/lbagent/lbtop-pending)" = \
        'throttle 50 beta001 (sent, no answer)' ]
    [ "$(stat -c %a state/lbagent/lbtop-pending)" = 600 ]
    [ ! -e config/lbagent/lbtop.ini ]
    # Batch and --exec have no screen to tell it on.
    lbtop -b -i 1 -o none
    [ -e state/lbagent/lbtop-pending ]
    start_top -s node
    keys 3
    sees 'terminal closed on open commands: throttle 50 beta001 (sent, no answer)'
    [ "$(echo state/lbagent/lbtop-pending*)" = 'state/lbagent/lbtop-pending*' ]
    keys q q
    ends 0
    start_top -s node
    keys 3
    sees 'connected to 2 of 2 nodes'
    shows_not 'terminal closed'
}

@test "a section for the cluster: read-only and its title, in -x and -b too" {
    plays 2 none
    mkdir -p config/lbagent
    printf '[cluster publishers]\nread_only = yes\ntitle = live\ntheme = pink\n' \
        >config/lbagent/lbtop.ini
    fails 77 'lbtop: read-only: throttle not sent' \
        lbtop -x 'throttle 50 beta001'
    lbtop -x 'throttle 50 beta001' --no-config | grep -q '^beta001 ok 50'
    start_top
    sees 'READ-ONLY'
    shows ' live '
    keys F7
    sees 'read-only: throttle not sent'
    keys 3
    sees 'lbtop.ini:4: theme: "pink" is not one of'
    types ':theme mono'
    keys Enter
    types ':save'
    keys Enter
    await grep -qx 'theme = mono' config/lbagent/lbtop.ini
    [ "$(cat config/lbagent/lbtop.ini)" = "$(printf '%s\n' 'theme = mono' \
        '[cluster publishers]' 'read_only = yes' 'title = live' \
        'theme = pink')" ]
    # Another cluster's section is not in force.
    printf '[cluster other]\nread_only = yes\n' >config/lbagent/lbtop.ini
    lbtop -x 'throttle 60 beta001' | grep -q '^beta001 ok 60'
}

@test ":save and F2 ask before they write over a line that is wrong" {
    mkdir -p config/lbagent
    local ini=config/lbagent/lbtop.ini
    printf 'refresh = fast\nmine = 1\n' >$ini
    top_size=140x45
    start_top --demo 2
    types ':save'
    keys Enter
    sees 'lbtop.ini:1: refresh: "fast" is not a duration'
    sees 'Save over it?'
    # Keys of the first moment are not taken for an answer.
    await says_no
    [ "$(cat $ini)" = $'refresh = fast\nmine = 1' ]
    keys F2
    sees 'F2 saves all'
    keys F2
    sees 'Save over it?'
    await says_yes
    [ "$(cat $ini)" = $'refresh = 1s\nmine = 1' ]
    # There is nothing wrong any more.
    keys Escape
    types ':theme mono'
    keys Enter
    types ':save'
    keys Enter
    await grep -qx 'theme = mono' $ini
}
# shellcheck disable=SC2317  # called by await
says_no() { shows_not 'Save over it?' || { keys n && false; }; }
# shellcheck disable=SC2317  # called by await
says_yes() {
    shows 'Save over it?' && keys y
    grep -qx 'refresh = 1s' config/lbagent/lbtop.ini
}

# What a full disk does, for who may write no file: the signal is ignored.
no_room() { bash -c 'trap "" XFSZ; ulimit -f 0; exec "$@"' - "$@"; }

@test "a screen or setup that cannot be written: said, the old file is whole" {
    mkdir -p config/lbagent
    printf 'theme = mono\n' >config/lbagent/lbtop.ini
    echo old >there
    no_room lbtop --demo 3 --dump 100x10 --keys ':write new<Enter>' |
        grep -q 'write new: File too large'
    [ ! -e new ]
    no_room lbtop --demo 3 --dump 100x10 \
        --keys ':write there<Enter><wait 1s>y<wait 1s>' |
        grep -q 'write there: File too large'
    [ "$(cat there)" = old ]
    no_room lbtop --demo 3 --dump 100x10 \
        --keys ':theme high<Enter>:save<Enter>' |
        grep -qE 'save .*lbtop.ini: File too large'
    [ "$(cat config/lbagent/lbtop.ini)" = 'theme = mono' ]
    [ "$(ls -A config/lbagent)" = lbtop.ini ]
    [ "$(echo there*)" = there ]
}

@test "a key that is stuck draws at most 20 frames a second" {
    local begin i
    begin=$(date +%s%N)
    # The first frame is at once; no other comes by itself.
    term_start lbtop --demo 5 -i 41 -d 60s
    for ((i = 0; i < 3000; i++)); do
        [ ! -s status ] || break
        keys -N 20 j || :
    done
    ends 0
    i=$((($(date +%s%N) - begin) / 1000000))
    echo "41 frames in $i ms"
    [ "$i" -ge 2000 ]
}

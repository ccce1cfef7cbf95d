#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# lbtop on real agents: keys that reach them, what they answer, and what the
# screen makes of nodes that come and go.
# shellcheck disable=SC2154  # lib.bash sets $work

load lib.bash
load tmux.bash

# Quick to tell and quick to miss, so that no test waits long.
quick=(workers.count=2 peers.state_interval=200ms peers.stale_after=1s
    peers.dead_after=2s)

setup() {
    lb_setup
    term_setup
    consoles=                   # if there is more than one
}
teardown() {
    for tm_count in $tm_count $consoles; do
        term_teardown
    done
    lb_teardown
}

two_agents() { # KEY=VALUE...: of the second
    start_agent north "${quick[@]}"
    start_agent south "${quick[@]}" "peers.node=127.0.0.1:$(port_of north)" \
        "$@"
    LB_NODE=$(control_of north)
    export LB_NODE
    await knows 2
}

# shellcheck disable=SC2317  # called by await
knows() {
    [ "$(lbctl --json nodes | jq '[.nodes[] | select(.stale | not)] |
        length')" -eq "$1" ]
}

# NODE FIELD: as the node's own state has it.
of_node() {
    lbctl --json nodes | jq -er --arg n "$1" ".nodes[] |
        select(.node == \$n) | .$2"
}
# shellcheck disable=SC2317  # called by await
node_is() { [ "$(of_node "$1" "$2")" = "$3" ]; }
becomes() {
    await node_is "$@" || {
        screen >&2
        return 1
    }
}

# The node under the cursor; the cursor on a node.
# shellcheck disable=SC2317  # called by await
on() { screen | grep -qE "^[▶>]"'([ *] *)?'"$1 "; }
# Both nodes in the table, north first, as soon as both are there.
start_table() {
    start_top --config looks.ini "$@"
    sees '2 up'
}
looks() { printf 'sort = node\n' >"$work/looks.ini"; }

@test "two nodes: a card each, with what they tell" {
    two_agents throttle.percent=80
    start_top
    sees '2 nodes: 2 up'
    sees '─ north ─'
    sees '─ south ─'
    sees_re 'Throttle ▕█+.*80%'
    keys q
    ends 0
}

@test "F7 and F8: one command, in force at the node, confirmed" {
    two_agents
    looks
    start_table
    # Six presses are added up and sent once.
    keys F7 F7 F7 F7 F7 F7
    becomes north throttle_pct 70
    sees 'throttle 70% in force (was 100%)'
    [ "$(lbctl --json nodes | jq -c '[.nodes[].throttle_pct]')" = '[70,100]' ]
    [ "$(grep -c 'evt=throttle' north.log)" -eq 1 ]
    keys F8
    becomes north throttle_pct 75
    sees 'throttle 75% in force (was 70%)'
    keys u
    becomes north throttle_pct 70
    keys ')'
    becomes north throttle_pct 71
}

@test "= sets a number; what is none is refused in place" {
    two_agents throttle.ceiling=90 throttle.percent=80 throttle.floor=20
    looks
    start_table
    keys '='
    types 0
    keys Enter
    sees '0 is refused: use pause (p)'
    keys C-u
    types 150
    keys Enter
    sees '100 is the ceiling of north'
    keys C-u
    types abc
    keys Enter
    sees 'a whole number'
    keys C-u
    types '60%'
    keys Enter
    becomes north throttle_pct 60
    # The floor and the ceiling of the other one.
    keys Down
    types ':throttle 10 south'
    keys Enter
    sees_re 'y/N|floor'
    keys_when_asked y
    sees '20 is the floor of south'
    keys Escape
    sees_no ':throttle'
    [ "$(of_node south throttle_pct)" -eq 80 ]
    keys F8 F8
    becomes south throttle_pct 90
    sees 'in force'
    keys F8
    sees 'south is at its ceiling (90%)'
}

# Another lbtop in a terminal of its own; keys and screens are that one's.
start_beside() {
    beside=$((tm_count + 100))
    consoles="$tm_count $beside"
    tm_count=$((beside - 1))
    start_table
}

# shellcheck disable=SC2317  # called by await
node_is_not() { [ "$(of_node "$1" "$2")" != "$3" ]; }

@test "two consoles at once: the later one is refused, and told of the first" {
    local first won
    two_agents peers.state_interval=5s peers.stale_after=15s \
        peers.dead_after=25s peers.lease=60s
    looks
    start_table
    first=$tm_count
    start_beside
    # Both have seen 100 %: the node takes one, and refuses the other.
    kill -STOP "$(cat pid.south)"
    tm_count=$first
    types ':throttle 95 south'
    keys Enter
    sees 'south: throttle 95% sent'
    tm_count=$beside
    types ':throttle 60 south'
    keys Enter
    sees 'south: throttle 60% sent'
    kill -CONT "$(cat pid.south)"
    await node_is_not south throttle_pct 100
    won=$(of_node south throttle_pct)
    [ "$won" -eq 60 ] && tm_count=$first
    sees_re "south: .* set $won% first .*; yours was refused"
    [ "$(of_node south throttle_pct)" -eq "$won" ]
    # It has seen that now, and may go on.
    types ':throttle 80 south'
    keys Enter
    becomes south throttle_pct 80
    tm_count=$first
}

@test "pause asks, y does it, resume with s, undo takes it back" {
    two_agents
    looks
    start_table
    keys p
    sees_re 'Pause north\? 0 running jobs will finish; 0 wait\. +y/N'
    keys_when_asked Enter
    sees 'nothing sent'
    [ "$(of_node north phase)" = run ]
    keys p
    sees y/N
    # What is typed at once was meant for the screen below.
    keys_when_asked y
    becomes north phase pause
    sees 'pause in force'
    keys s
    becomes north phase run
    sees 'start in force'
    keys u
    becomes north phase pause
}

# Keys within 300 ms of a question are not for it: repeated until it has gone.
keys_when_asked() {
    local i
    for ((i = 0; i < 100; i++)); do
        shows_not y/N && return 0
        keys "$1"
        sleep 0.05
    done
    return 1
}

@test "drain: the name is typed, anything else does nothing" {
    two_agents
    looks
    start_table
    keys d
    sees 'Type the node name to go on:'
    box_open
    types sout
    keys Enter
    sees 'not the name'
    keys Escape
    sees_no 'Type the node name'
    [ "$(of_node north phase)" = run ]
    keys d
    sees 'Type the node name'
    box_open
    types north
    keys Enter
    becomes north phase drain
    sees 'drain in force'
    keys s
    becomes north phase run
}

# Until the box takes keys: types one and takes it back.
box_open() {
    local i
    for ((i = 0; i < 100; i++)); do
        types '~'
        if await_once 'go on:  ~'; then
            keys BSpace BSpace BSpace BSpace
            sees_no 'go on:  ~'
            return 0
        fi
    done
    return 1
}
await_once() {
    local i
    for ((i = 0; i < 4; i++)); do
        shows "$1" && return 0
        sleep 0.05
    done
    return 1
}

@test "the last node that takes jobs refuses to drain, in its own words" {
    start_agent north "${quick[@]}"
    LB_NODE=$(control_of north)
    export LB_NODE
    looks
    start_top --config looks.ini
    sees '1 up'
    types ':drain north'
    keys Enter
    sees 'Type the node name'
    box_open
    types north
    keys Enter
    sees 'north is the last live node'
    [ "$(of_node north phase)" = run ]
}

@test "policy: menu, confirmation, in force" {
    two_agents
    looks
    start_table
    keys P
    sees 'push once in bulk'
    keys Down Enter
    sees_re 'Policy sender on north\? +Now hybrid'
    keys_when_asked y
    becomes north policy sender
    sees 'policy sender in force'
    types ':policy recever north'
    keys Enter
    sees 'no policy "recever" (did you mean receiver?)'
}

@test "workloads: a held one is started, another cancelled by its name" {
    two_agents
    lbctl submit --hold sleep jobs=4 ms=10
    lbctl submit --hold sleep jobs=4 ms=10
    looks
    start_table
    keys 2
    sees_re 'north-1 +held'
    sees_re 'north-2 +held'
    types ':start north-1'
    keys Enter
    sees_re 'north-1 +done .*4/4'
    types ':cancel north-2'
    keys Enter
    sees 'Type the workload to go on'
    box_open
    types north-2
    keys Enter
    sees_re 'north-2 +cance'
    [ "$(lbctl --json list | jq -c '[.workloads[] | select(.done == 4)] |
        length')" -eq 1 ]
    keys Enter
    sees 'north-'
    keys Escape
    sees '[2 Jobs'
}

@test "read-only refuses every command, whatever is pressed" {
    two_agents
    looks
    start_table -r
    sees 'READ-ONLY'
    local key what
    for key in F7:throttle +:throttle =:throttle p:pause d:drain P:policy \
        s:start u:undo _:throttle; do
        what=${key##*:}
        keys "${key%:*}"
        sees "read-only: $what not sent"
    done
    types ':pause south'
    keys Enter
    sees 'read-only: pause not sent'
    [ "$(lbctl --json nodes |
        jq -c '[.nodes[] | [.phase, .throttle_pct, .policy]]')" = \
        '[["run",100,"hybrid"],["run",100,"hybrid"]]' ]
}

@test "freeze, filter, find, help, and back again" {
    two_agents
    looks
    start_table
    keys Z
    sees FROZEN
    lbctl throttle south 40
    # A command asks first while the screen is not the present.
    keys F7
    sees_re 'The screen has been frozen for .* y/N'
    keys_when_asked n
    [ "$(of_node north throttle_pct)" -eq 100 ]
    shows_not '40%'
    keys Z
    sees LIVE
    sees_re '(Throttle .*| )40%'
    keys F4
    types sou
    keys Enter
    sees_no '─ north ─'
    sees south
    keys Escape
    sees north
    keys F4
    types alhpa
    keys Enter
    sees '0 of 2 nodes match "alhpa"'
    keys Escape
    keys F4
    types 'load>'
    sees 'a number is missing'
    keys Escape
    sees north
    keys '?'
    sees 'lbtop help'
    keys Escape
    sees_no 'lbtop help'
    keys F9
    sees 'F9 does nothing here (? help)'
}

@test "a paste outside an input line is dropped whole" {
    two_agents
    looks
    start_table
    tm set-buffer "$(printf 'ppdd\nq\ny%0100d' 7)"
    tm paste-buffer -p -t t
    sees 'paste ignored'
    keys F4
    tm paste-buffer -p -t t
    sees ppdd
    keys Escape
    [ ! -e status ]
    [ "$(lbctl --json nodes | jq -c '[.nodes[].phase]')" = '["run","run"]' ]
}

@test "a hundred sizes at once leave a right screen" {
    local i
    export top_size=100x30
    start_top --demo 12 -d 60s
    sees '12 nodes'
    for ((i = 0; i < 100; i++)); do
        resize "$((20 + i * 37 % 120))x$((4 + i * 13 % 50))"
    done
    resize 80x24
    whole_80x24
    keys Z
    sees FROZEN
    # The whole screen is as one that was never resized.
    screen >after_storm
    keys C-l
    sees FROZEN
    screen | diff after_storm -
    resize 10x3
    sees 20x4
    resize 80x24
    whole_80x24
    [ ! -e status ]
}

@test "a size that was another in between has lost what stood there" {
    local pid
    start_top --demo 12 -d 60s
    sees '12 nodes'
    pid=$(top_pid)
    # lbtop learns of both at once: it is as large as it was.
    kill -STOP "$pid"
    resize 4x5
    await has_size '5 4'
    resize 80x24
    await has_size '24 80'
    shows_not '[1 Nodes 12]'
    kill -CONT "$pid"
    whole_80x24
    sees '[1 Nodes 12]'
}
# shellcheck disable=SC2317  # called by await
has_size() { [ "$(stty size <"$(term_flag pane_tty)")" = "$1" ]; }

# First and last line are those of this very size.
whole_80x24() {
    sees_re '^ lbtop  DEMO     12 nodes: .*(14:0[0-9]:[0-9]{2}|[(][+].*[)])$'
    sees_re '^F1 Help F3 Find F4 Filter F6 Sort F7 Thr- F8 Thr\+ s Start p Pause d Drain q Quit$'
    [ "$(screen | grep -n '^F1 Help' | cut -d: -f1)" -eq 24 ]
}

@test "arrows that the network has split move, and are no commands" {
    local at
    looks
    start_top --demo 12 --config looks.ini
    sees '12 nodes'
    await on alpha01
    # Both forms, cut after Esc: the rest comes when Esc is over.
    keys Down Down
    await on alpha03
    for at in '4f 41 alpha02' '5b 41 alpha01' '5b 42 alpha02' '4f 42 alpha03'; do
        # shellcheck disable=SC2086  # two bytes
        split ${at% *}
        await on "${at##* }" || { screen >&2; return 1; }
    done
    # In one piece too, also where terminfo knows the other form only.
    whole_arrows
    term_setup linux
    start_top --demo 12 --config looks.ini
    sees '12 nodes'
    keys Down Down
    whole_arrows
}

# From alpha03; not as Esc and the rest of it, which would drop the reminder.
whole_arrows() {
    local at
    await on alpha03
    keys a
    sees 'ALL 12 shown nodes'
    for at in '4f 41 alpha02' '5b 42 alpha03' '5b 41 alpha02' '4f 42 alpha03'; do
        # shellcheck disable=SC2086  # two bytes
        bytes 1b ${at% *}
        await on "${at##* }" || { screen >&2; return 1; }
    done
    shows 'ALL 12 shown nodes'
    shows_not 'does nothing here'
}

# Esc has been taken for a key when it has closed what is open: here the
# reminder that the next command goes to all nodes.
split() { # BYTE BYTE
    keys a
    sees 'ALL 12 shown nodes'
    bytes 1b
    sees_no 'ALL 12 shown nodes'
    bytes "$@"
}

@test "a lone Esc acts by itself" {
    start_top --demo 12 -s node
    keys '?'
    sees 'lbtop help'
    bytes 1b
    sees_no 'lbtop help'
    keys Enter
    sees '> alpha01'
    bytes 1b
    sees_no '> alpha01'
}

@test "an agent is killed: LOST, in brackets; it comes back" {
    local port
    two_agents
    port=$(port_of south)
    looks
    start_table
    kill_agent south
    sees '1 LOST'
    keys Down Enter
    sees_re 'south .*LOST for'
    keys F7
    sees 'south is LOST: throttle not sent'
    keys Escape
    start_agent south "${quick[@]}" "peers.node=127.0.0.1:$(port_of north)" \
        "listen.port=$port"
    sees '2 nodes: 2 up'
}

@test "the way in is killed: another member takes over, with a message" {
    two_agents
    start_agent east "${quick[@]}" "peers.node=127.0.0.1:$(port_of north)"
    await knows 3
    looks
    start_table2
    kill_agent north
    sees '1 LOST'
    sees '2 up'
    keys 3
    sees_re 'way in .*now through (south|east)'
    # Commands still arrive.
    types ':throttle 60 east'
    keys Enter
    LB_NODE=$(control_of east)
    becomes east throttle_pct 60
}
start_table2() {
    start_top --config looks.ini
    sees '3 nodes: 3 up'
}

@test "nobody there: who was tried and why; an agent is started: it fills" {
    local control
    mkdir -p "$work/north/run"
    control=$(control_of north)
    start_top -n "$control"
    sees 'No node has answered yet.'
    sees 'no such file'
    sees 'From       option -n'
    sees 'lbtop --demo 12'
    start_agent north "${quick[@]}"
    sees '1 node: 1 up'
    sees_re '(─| )north '
    keys q
    ends 0
}

@test ":connect leads to another way in" {
    start_agent north "${quick[@]}"
    start_top -n 127.0.0.1:1025
    sees 'connection refused'
    types ":connect 127.0.0.1:$(port_of north)"
    keys Enter
    sees '1 node: 1 up'
}

@test "two ways to one node, and the same way twice: one row" {
    start_agent north "${quick[@]}"
    start_top -n "127.0.0.1:$(port_of north),$(control_of north)" \
        -n "$(control_of north)"
    sees '1 node: 1 up'
}

# Only characters that any terminal has.
plain_screen() { screen | not grep -qP '[^\x20-\x7e]'; }

@test "ASCII in a locale without UTF-8, on simple terminals, and by -A" {
    local name
    LC_ALL=C start_top --demo 12 -s node
    sees '12 nodes'
    sees_re '^>.*alpha01'
    plain_screen
    # Why is told, as when a locale is not installed.
    LC_ALL=xx_YY.UTF-8 start_top --demo 12 -S messages
    sees 'ASCII only: the locale is not UTF-8'
    plain_screen
    start_top --demo 12 -A
    sees '12 nodes'
    plain_screen
    for name in linux vt100; do
        term_setup "$name"
        start_top --demo 12
        sees '12 nodes'
        plain_screen
        keys q
        ends 0
    done
}

@test "TERM by TERM: the screen is the same, and keys work" {
    local name
    for name in xterm-256color xterm screen-256color tmux-256color; do
        infocmp "$name" >/dev/null 2>&1 || continue
        term_setup "$name"
        start_top --demo 12 -d 60s -s node
        sees_re '^F1 Help.*q Quit$'
        sees_re '^▶ alpha01 '
        keys Down
        sees_re '^▶ alpha02 '
        keys F1
        sees 'lbtop help'
        keys Escape
        sees_no 'lbtop help'
        keys q
        ends 0
    done
}

# Colours other than the terminal's own; reverse and bold remain.
coloured() { tm capture-pane -e -p -t t | grep -qE $'\033\\[([0-9;]*;)?(3|9)[0-8]'; }

@test "NO_COLOR, -C and --color" {
    start_top --demo 12
    sees '12 nodes'
    await coloured
    NO_COLOR=1 start_top --demo 12
    sees '12 nodes'
    sees_re '^F1 Help.*q Quit$'
    not coloured
    tm capture-pane -e -p -t t | grep -q $'\033\\[7m'
    NO_COLOR='' start_top --demo 12
    sees '12 nodes'
    await coloured
    NO_COLOR=1 start_top --demo 12 --color always
    sees '12 nodes'
    await coloured
    start_top --demo 12 -C
    sees_re '^F1 Help.*q Quit$'
    not coloured
    start_top --demo 12 --theme mono
    sees_re '^F1 Help.*q Quit$'
    not coloured
}

@test "the screen is written to a file, never over one unasked" {
    start_top --demo 12
    keys w
    sees 'Write this screen to: lbtop.txt'
    keys C-u
    types "$work/shot.txt"
    keys Enter
    await [ -s shot.txt ]
    [ "$(wc -l <shot.txt)" -eq 24 ]
    [ "$(stat -c %a shot.txt)" = 600 ]
    echo mine >other.txt
    keys w C-u
    types "$work/other.txt"
    keys Enter
    sees y/N
    keys_when_asked n
    [ "$(cat other.txt)" = mine ]
    types ":write $work/none/x.txt"
    keys Enter
    sees 'No such file or directory'
}

@test ":save writes what was chosen, and keeps the rest of the file" {
    mkdir -p config/lbagent
    printf '# mine\ntheme = mono\n\n[cluster x]\ntheme = high\n' \
        >config/lbagent/lbtop.ini
    start_top --demo 5
    types ':theme orange'
    keys Enter
    types ':save'
    keys Enter
    await grep -q 'theme = orange' config/lbagent/lbtop.ini
    grep -qx '# mine' config/lbagent/lbtop.ini
    grep -qx 'theme = high' config/lbagent/lbtop.ini
    keys q
    ends 0
}

@test "-i ends the screen by itself; q asks nothing when nothing waits" {
    term_start lbtop --demo 5 -i 2 -d 100ms
    ends 0
    start_top --demo 5
    keys 2
    sees '[2 Jobs'
    keys q
    sees '[1 Nodes'
    keys q
    ends 0
}

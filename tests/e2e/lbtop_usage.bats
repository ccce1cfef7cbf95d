#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# lbtop without any agent: what is wrong is said, with what would be right.
# shellcheck disable=SC2154  # lib.bash sets $work

load lib.bash
load tmux.bash

setup() { lb_setup; }
teardown() {
    term_teardown
    lb_teardown
}

# says STATUS TEXT OPTION...: lbtop ends so; TEXT is its whole first line.
says() {
    local want=$1 text="lbtop: $2" said
    shift 2
    fails "$want" "$text" lbtop "$@" || return
    said=$(head -n 1 stderr)
    [ "$said" = "$text" ] || {
        echo "said: $said" >&2
        return 1
    }
    [ ! -s stdout ]
}

@test "an unknown option is answered with the nearest one, and the way on" {
    says 2 'unknown option --dely (did you mean --delay?)' --dely 1s
    [ "$(sed -n 2p stderr)" = 'Try "lbtop --help".' ]
    says 2 'unknown option --frobnicate' --frobnicate
    says 2 '"alpha": lbtop takes options only; a node is named by -n' alpha
    says 2 'option --batch takes no value' --batch=yes
    says 2 'option --delay needs a value' --delay
}

@test "durations carry a unit, in their range, with a point in any locale" {
    says 2 '--delay: "1" has no unit; write 1s' -d 1
    local bad
    for bad in abc -1s 1e9s 99ms 61s 0,5s ''; do
        says 2 "--delay: \"$bad\" is not a duration from 100ms to 60s" \
            --delay="$bad"
    done
    says 2 '--timeout: "0" is not a duration from 1ms to 1h' --timeout 0
    says 2 '--esc-delay: "9s" is not a duration from 10ms to 2s' \
        --esc-delay 9s
}

@test "numbers are whole" {
    local bad
    for bad in -3 1.5 '' 4294967296 1e3; do
        says 2 "--iterations: \"$bad\" is not a whole number from 0 to 4294967295" \
            --iterations="$bad"
    done
    says 2 '--demo: "0" is not a whole number from 1 to 10000' --demo 0
}

@test "columns are named" {
    says 2 "--sort: no column \"load2\"; columns: $(lbtop -s help |
        awk '{ printf "%s%s", sep, $1; sep = " " }')" -s load2
    says 2 "--columns: no column \"nod\"; columns: $(lbtop -c help |
        awk '{ printf "%s%s", sep, $1; sep = " " }')" -c nod,state
    lbtop -s help | grep -q '^pend .'
}

@test "addresses that are none" {
    says 2 '--node: "host:99999": port is not in 1024..65532' -n host:99999
    says 2 '--node: ":" is neither HOST[:PORT] nor ipc://PATH' -n :
    says 2 '--node: "a b:1" is neither HOST[:PORT] nor ipc://PATH' -n 'a b:1'
    says 2 '--node: "" is neither HOST[:PORT] nor ipc://PATH' -n 'a,,b'
    LB_NODE=host:99999 says 2 \
        'LB_NODE: "host:99999": port is not in 1024..65532' -b
}

@test "words out of a list" {
    says 2 '--output: "jsno" is not one of table json raw none (did you mean json?)' \
        -b -o jsno
    says 2 '--screen: "job" is not one of nodes jobs messages map (did you mean jobs?)' \
        -S job
    says 2 '--color: "sometimes" is not one of auto never always' \
        --color sometimes
    says 2 '--theme: "drak" is not one of default mono light orange high' \
        --theme drak
    says 2 '--dump: "80" is not WIDTHxHEIGHT, as 80x24' --dump 80
    says 2 '--speed: "65" is not a number from 0.25 to 64, nor max' --speed 65
}

@test "filters say what is missing, and where" {
    says 2 '--filter: load> : a number is missing after ">" (position 6)' \
        -f 'load>'
    fails 2 'lbtop: --filter: ' lbtop -f '/[/'
    fails 2 '(position ' lbtop -f 'state='
}

@test "options that need or exclude each other" {
    says 2 '--yes needs --exec' --yes
    says 2 '--exec and --read-only exclude each other' -x 'pause' -r
    says 2 '--exec and --replay exclude each other' -x pause --replay f
    says 2 '--at needs --replay' --at +2min
    says 2 '--until needs --replay' --until +2min
    says 2 '--anon needs --replay and --record' --anon --replay f
    says 2 '--demo and --replay exclude each other' --demo 2 --replay f
    says 2 '--strict needs --batch' --strict --demo 2
}

@test "files that are not there, and files that are wrong" {
    says 66 '--config: none.ini: no such file' --config none.ini
    printf 'theme = orange\nrefresh = fast\n' >wrong.ini
    says 78 'wrong.ini:2: refresh: "fast" is not a duration from 100ms to 60s' \
        --config wrong.ini
    printf 'refrehs = 1s\n' >wrong.ini
    says 78 'wrong.ini:1: unknown key "refrehs" (did you mean "refresh"?)' \
        --config wrong.ini
    mkdir -p config/lbagent
    printf 'colour = red\n' >config/lbagent/client.ini
    says 78 "$work/config/lbagent/client.ini:1: unknown key \"colour\"" -b
    printf 'node = a b\n' >config/lbagent/client.ini
    says 78 "$work/config/lbagent/client.ini: node: \"a b\" is neither HOST[:PORT] nor ipc://PATH" \
        -b
    LB_CONFIG=$work/none.ini says 66 "$work/none.ini: No such file or directory" -b
}

@test "the file of looks is read, its mistakes are messages" {
    mkdir -p config/lbagent
    printf 'title = prod\nrefresh = fast\n' >config/lbagent/lbtop.ini
    lbtop --demo 2 --dump 80x24 --keys 3 >out
    grep -qF 'lbtop.ini:2: refresh: "fast" is not a duration' out
    [ "$(cat config/lbagent/lbtop.ini)" = $'title = prod\nrefresh = fast' ]
    lbtop --no-config --demo 2 --dump 80x24 --keys 3 >out
    not grep -q lbtop.ini out
}

@test "stdout is no terminal" {
    says 2 'stdout is not a terminal; use -b for plain output'
    says 2 'stdout is not a terminal; use -b for plain output' --demo 2
    says 2 'stdout is not a terminal; use -b for plain output' -i 1
}

# COMMAND LINE: run by sh in a terminal that script(1) makes; $status and the
# first line of what it says, in $said.
in_terminal() {
    status=0
    script -qec "$1" /dev/null >typed </dev/null 2>&1 || status=$?
    said=$(grep -m 1 lbtop: typed | tr -d '\r') || :
}

@test "TERM that cannot show a screen" {
    local name
    for name in '' dumb; do
        in_terminal "TERM=$name lbtop --demo 2"
        [ "$status" -eq 2 ]
        [ "$said" = "lbtop: TERM=$name cannot show a screen; try TERM=xterm lbtop, or -b for plain output" ]
    done
    in_terminal 'unset TERM; lbtop --demo 2'
    [ "$status" -eq 2 ]
    [ "$said" = 'lbtop: TERM= cannot show a screen; try TERM=xterm lbtop, or -b for plain output' ]
    in_terminal 'TERM=frobnicate lbtop --demo 2'
    [ "$status" -eq 2 ]
    [ "$said" = 'lbtop: TERM=frobnicate is not known here; try TERM=xterm lbtop, or -b for plain output' ]
    # Nothing is left on such a terminal but the message.
    [ "$(wc -l <typed)" -le 2 ]
    not grep -q $'\033' typed
}

@test "no terminal to read keys from" {
    in_terminal 'TERM=xterm setsid -w lbtop --demo 2 </dev/null'
    [ "$status" -eq 2 ]
    [ "$said" = 'lbtop: stdin is not a terminal and there is no other one; use -b for plain output' ]
    # With one, keys come from there.
    in_terminal 'TERM=xterm lbtop --demo 2 -i 1 </dev/null'
    [ "$status" -eq 0 ]
}

@test "help, usage and version" {
    lbtop --help >out
    grep -q -- '--replay=FILE' out
    [ "$(awk 'length > 80' out | wc -l)" -eq 0 ]
    lbtop --usage | grep -q -- '--record'
    [[ $(lbtop -V) =~ ^lbtop\ [0-9] ]]
    lbtop --version=full | grep -q '^protocol 1'
    says 2 '--version: "short" is not "full"' --version=short
}

# ---- nobody answers ----

@test "no agent: who was tried and why, 69" {
    fails 69 "lbtop: ipc://$work/none.sock: no such file" \
        lbtop -b -i 1 -n "ipc://$work/none.sock" --timeout 300ms
    grep -qx 'lbtop: no node is reachable' stderr
    [ ! -s stdout ]
    fails 69 'lbtop: 127.0.0.1:1025: connection refused' \
        lbtop -b -i 1 -n 127.0.0.1:1025 --timeout 1s
    fails 69 'no node is reachable' \
        lbtop -x 'throttle 60 a' -n 127.0.0.1:1025 --timeout 300ms
    # No resolver is asked for a name with an empty part.
    fails 69 'lbtop: a..b: name not found' lbtop -b -n a..b --timeout 1s
}

@test "an endpoint that is no control socket of a node" {
    start_agent north
    fails 69 'no node is reachable' \
        lbtop -b -n "127.0.0.1:$(($(port_of north) - 3))" --timeout 500ms
}

@test "a control socket that is not for everybody: 77" {
    local as=()
    if [ "$(id -u)" -eq 0 ]; then
        command -v setpriv >/dev/null || skip 'needs setpriv as root'
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    fi
    start_agent north
    # The program may lie where nobody else may look.
    cp "$(command -v lbtop)" "$work/lbtop"
    chmod 755 "$work" "$work/lbtop" "$work/north" "$work/north/run"
    chmod 600 "$work/north/run/control.sock"
    [ "$(id -u)" -eq 0 ] || chmod 0 "$work/north/run/control.sock"
    fails 77 "permission denied" "${as[@]}" env HOME=/ \
        "$work/lbtop" -b -i 1 -n "$(control_of north)" --timeout 1s
}

# ---- made-up data, sizes ----

@test "--demo in batch: table, JSON, raw, from the seed alone" {
    lbtop -b -i 1 --demo 5 >first
    lbtop -b -i 1 --demo 5 >second
    diff first second
    grep -qE '^# lbtop 1 [0-9-]+T[0-9:]+Z nodes=5 ' first
    grep -q '^NODE  *STATE  *LOAD  *THROTTLE' first
    lbtop -b -i 1 --demo 5 --seed 2 >third
    not diff -q first third
    lbtop -b -i 1 --demo 5 --json |
        jq -e '.v == 1 and (.nodes | length == 5)'
    [ "$(lbtop -b -i 1 --demo 5 --raw | wc -l)" -eq 5 ]
}

@test "--demo has a past: rates, a node that has gone, bars over time" {
    lbtop --demo 12 --dump 80x24 >out
    grep -q '12 nodes: 11 up  1 LOST' out
    grep -qE 'Load .*[▁▂▃▄▅▆▇█]{20}  spread' out
    grep -qE 'moves/s ▼[1-9]' out
    lbtop --demo 2500 --dump 80x24 | grep -q '2500 nodes: '
}

@test "--dump at any size: every line as wide as the screen" {
    local size w h screen
    for size in 1x1 1x50 2x2 19x3 20x4 21x5 40x10 79x23 80x24 81x25 133x7 \
        140x45 300x100; do
        w=${size%x*} h=${size#*x}
        for screen in nodes jobs messages map; do
            lbtop --demo 12 --dump "$size" -S $screen >out
            [ "$(wc -l <out)" -eq "$h" ]
            [ "$(grep -cxE ".{$w}" out)" -eq "$h" ] || {
                echo "$size $screen"
                cat out
                return 1
            }
        done
    done
    lbtop --demo 1000 --dump 500x300 >out
    [ "$(wc -l <out)" -eq 300 ]
    [ "$(grep -cxE '.{500}' out)" -eq 300 ]
    says 2 '--dump: "0x5" is not WIDTHxHEIGHT, as 80x24' --dump 0x5
    says 2 '--dump: "99999x5" is not WIDTHxHEIGHT, as 80x24' --dump 99999x5
}

@test "a screen too small says so in one line" {
    lbtop --demo 2 --dump 18x3 | grep -q '20x4 needed, 18x3'
}

@test "--dump in ASCII has no other character" {
    lbtop --demo 12 --dump 140x45 -A >out
    not grep -qP '[^\x20-\x7e]' out
    LC_ALL=C lbtop --demo 12 --dump 140x45 >out
    not grep -qP '[^\x20-\x7e]' out
}

@test "--keys press, and are refused where they are none" {
    lbtop --demo 5 --dump 80x24 --keys '2' | grep -q '\[2 Jobs'
    lbtop --demo 5 --dump 80x24 --keys '?' | grep -q 'help'
    says 2 '--keys: "<Frob>x" is no key' --keys 'j<Frob>x'
}

# overwrites FILE: a screen is written there, and what is asked confirmed.
overwrites() {
    timeout 20 lbtop --demo 3 --dump 100x10 \
        --keys ":write $1<Enter><wait 1s>y<wait 1s>"
}

@test "a screen replaces a file as a whole; never through a link, no FIFO" {
    echo old >there
    ln there same
    ln -s there link
    mkfifo fifo
    overwrites link | grep -q 'Too many levels of symbolic links'
    overwrites fifo | grep -q 'Invalid argument'
    [ "$(cat there)" = old ]
    overwrites there | grep -q 'write there'
    grep -q '3 nodes' there
    [ "$(cat same)" = old ]     # not written in place
    [ "$(echo there*)" = there ]
}

# ---- on two agents ----

two_agents() {
    start_agent north workers.count=1 peers.state_interval=200ms \
        throttle.percent=60
    start_agent south workers.count=1 peers.state_interval=200ms \
        throttle.floor=20 throttle.ceiling=90 throttle.percent=80 \
        "peers.node=127.0.0.1:$(port_of north)"
    LB_NODE=$(control_of north)
    export LB_NODE
    await both
}
# shellcheck disable=SC2317  # called by await
both() { [ "$(lbctl nodes --raw | wc -l)" -eq 2 ]; }

@test "batch: the first block of messages has what was before" {
    two_agents
    lbctl throttle south 55
    lbtop -b -i 1 -S messages | grep -q 'throttle 80% to 55%'
}

@test "batch: table, JSON and raw say the same" {
    two_agents
    lbtop -b -i 1 -s node -c node,throttle,policy >table
    [ "$(sed -n '1s/ 20[^ ]*Z / /p' table)" = \
        '# lbtop 1 nodes=2 up=2 stale=0 lost=0 done=0 running=0 pending=0 failed=0 held=0 counted=jobs' ]
    [ "$(sed -n '2,$p' table | tr -s ' ')" = $'NODE THROTTLE POLICY\nnorth 60 hybrid\nsouth 80 hybrid' ]
    [ "$(lbtop -b -i 1 -s node -c node,throttle,policy --raw | cut -d' ' -f2-)" \
        = $'north 60 hybrid\nsouth 80 hybrid' ]
    [ "$(lbtop -b -i 1 -s node -c node,throttle,policy --json |
        jq -c '[.v, .nodes]')" = \
        '[1,[{"node":"north","throttle":60,"policy":"hybrid"},{"node":"south","throttle":80,"policy":"hybrid"}]]' ]
    # One object a line group, one block each: three times.
    lbtop -b -i 3 -d 100ms --json >json
    [ "$(jq -s length json)" -eq 3 ]
}

@test "batch: filter, sort, columns, width" {
    two_agents
    [ "$(lbtop -b -i 1 -f 'thr<70' --raw | cut -d' ' -f2)" = north ]
    [ "$(lbtop -b -i 1 -f 'nobody' --json | jq -c .nodes)" = '[]' ]
    [ "$(lbtop -b -i 1 -s -throttle --raw -c node | cut -d' ' -f2 | tr '\n' ' ')" \
        = 'south north ' ]
    [ "$(COLUMNS=40 lbtop -b -i 1 | sed 1d | wc -L)" -le 40 ]
    not grep -q $'\033' <(lbtop -b -i 1)
    grep -q $'\033' <(lbtop -b -i 1 --color always)
    [ -z "$(lbtop -b -i 1 -o none)" ]
    env -u TERM lbtop -b -i 1 | grep -q north
    LB_NODE=ipc://nowhere lbtop -b -i 1 -n "$(control_of south)" |
        grep -q '^south '
}

@test "batch: workloads, messages, map" {
    two_agents
    lbctl submit --hold sleep jobs=3 ms=10
    lbtop -b -i 1 -S jobs --json | jq -e '.jobs[0] |
        .workload == "north-1" and .state == "held" and .total == 3'
    lbtop -b -i 1 -S jobs | grep -qE '^north-1 .* held +0 +3 '
    lbtop -b -i 1 -S map --json |
        jq -e '[.nodes[] | has("load")] == [true, true]'
    lbtop -b -i 20 -d 100ms -S messages --json |
        jq -se 'map(.messages[]) | map(select(.text |
            startswith("connected to 2 of 2"))) | length == 1'
    # What was before this lbtop is waited for.
    for i in 1 2 3; do
        lbtop --dump 140x45 -S messages >"dump$i"
        grep -q 'workload north-1: 3 jobs accepted' "dump$i"
    done
}

@test "batch: --strict tells by its status that a node is lost" {
    two_agents
    lbtop -b -i 1 --strict >out
    kill_agent south
    await lost
    [ "$(lbtop -b -i 1 --strict --raw -c node,state | grep -c south)" -eq 1 ]
}
# shellcheck disable=SC2317  # called by await
lost() {
    local rc=0
    lbtop -b -i 1 --strict >out || rc=$?
    [ $rc -eq 1 ] && grep -qE '^south +(stale|lost)' out
}

@test "batch: signals, a closed pipe, a full disk" {
    local pid rc=0
    two_agents
    lbtop -b -d 100ms >out 3>&- &
    pid=$!
    await grep -q south out
    kill -TERM $pid
    wait $pid || rc=$?
    [ $rc -eq 143 ]
    # Jobs in the background ignore INT, but for those of set -m.
    cat >interrupted <<'END'
set -m
lbtop -b -d 100ms >out2 &
echo $! >pid2
wait $!
END
    rc=0
    bash interrupted 3>&- &
    pid=$!
    await grep -q south out2
    kill -INT "$(cat pid2)"
    wait $pid || rc=$?
    [ $rc -eq 130 ]
    # Nothing is said of a reader that has gone.
    lbtop -b -d 100ms 2>said | head -n 1 >out
    [ ! -s said ]
    rc=0
    lbtop -b -i 1 >/dev/full 2>said || rc=$?
    [ $rc -eq 74 ]
    grep -qx 'lbtop: output: No space left on device' said
}

@test "-x: one line a node, and the status" {
    two_agents
    lbtop -x 'throttle 50 north' >out
    grep -qxE 'north ok 50 \(was 60\) [0-9]+ms' out
    [ "$(lbctl --json nodes | jq '.nodes[0].throttle_pct')" -eq 50 ]
    [ "$(lbtop -x 'throttle 50 north')" = 'north: throttle is 50% already' ]
    says 2 '90 is the ceiling of south' -x 'throttle 95 south'
    says 2 '20 is the floor of south' -x 'throttle 10 south' -y
    says 2 '0 is refused: use pause (p)' -x 'throttle 0 north'
    says 2 'no policy "recever" (did you mean receiver?); policies: hybrid sender receiver symmetric static none' \
        -x 'policy recever north'
    fails 2 'lbtop: no command "thro"; known: throttle ' lbtop -x 'thro 5 a'
    says 66 'no node "nobody"' -x 'throttle 50 nobody'
    says 66 'no workload "north-9"' -x 'cancel north-9'
    says 2 '--exec: nothing is given' -x ' '
}

@test "-x: what is asked on the screen needs --yes" {
    two_agents
    fails 2 'Pause north? 0 running jobs will finish; 0 wait.  Confirm with --yes.' \
        lbtop -x 'pause north'
    lbtop -x 'pause north' --yes | grep -qxE 'north ok pause [0-9]+ms'
    [ "$(lbtop -x 'pause north' --yes)" = 'north already paused' ]
    lbtop -x 'start north' | grep -qxE 'north ok start [0-9]+ms'
    lbtop -x 'drain south' -y | grep -qxE 'south ok drain [0-9]+ms'
    run lbtop -x 'drain north' -y
    [ "$status" -eq 2 ]
    [[ $output == 'north refused north is the last live node'* ]]
    lbctl submit --hold sleep jobs=1 ms=10
    lbtop -x 'start north-1' | grep -qxE 'north ok start [0-9]+ms'
}

@test "-x: no answer in time is 124" {
    two_agents
    kill -STOP "$(cat pid.south)"
    run lbtop -x 'throttle 50 south' --timeout 300ms
    kill -CONT "$(cat pid.south)"
    [ "$status" -eq 124 ]
    [ "$output" = 'south no-answer' ]
}

@test "-x: an interrupt before there is an answer: nothing is sent" {
    local pid rc=0
    two_agents
    kill -STOP "$(cat pid.north)"
    cat >interrupted <<'END'
set -m
lbtop -x 'throttle 50 south' --timeout 50s >out &
echo $! >pid
wait $!
END
    bash interrupted 3>&- &
    pid=$!
    await catches_signals
    kill -INT "$(cat pid)"
    # Within --timeout it is that signal that ends it.
    await gone "$pid" || rc=1
    kill -CONT "$(cat pid.north)"
    [ $rc -eq 0 ]
    wait $pid || rc=$?
    [ $rc -eq 130 ]
    [ ! -s out ]
    [ "$(lbctl --json nodes | jq '.nodes[1].throttle_pct')" -eq 80 ]
}
# shellcheck disable=SC2317  # called by await
catches_signals() { # INT and TERM; a sanitizer catches others besides
    local set
    set=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$(cat pid)/status")
    [ $((0x0$set & 0x4002)) -eq $((0x4002)) ]
}
# shellcheck disable=SC2317  # called by await
gone() { ! kill -0 "$1"; }

# ---- recordings ----

@test "a recording: a limit on the size of files stops it, not lbtop" {
    (
        ulimit -f 4
        fails 74 '--record: limited: Disk quota exceeded' \
            lbtop --demo 200 -b -i 20 --output none --record limited
    )
}

@test "a recording: 0600, over nothing, not through a link; replayed alike" {
    two_agents
    lbctl submit --hold sleep jobs=2 ms=10
    lbtop -b -i 8 -d 200ms --record rec --raw -c node,state,throttle >live
    [ "$(stat -c %a rec)" = 600 ]
    [ "$(head -n 1 rec)" = 'lbtop-record 1' ]
    says 74 '--record: rec: File exists' -b -i 1 --record rec
    ln -s target link
    says 74 '--record: link: File exists' -b -i 1 --record link
    [ ! -e target ]
    fails 74 '--record: none/rec: No such file or directory' \
        lbtop -b -i 1 --record none/rec
    [ "$(lbtop -b -i 1 --replay rec --at +1s -s node --raw \
        -c node,state,throttle | cut -d' ' -f2-)" = \
        $'north idle 60\nsouth idle 80' ]
    # Without --at: from where the first node is known.
    lbtop -b -i 1 --replay rec | grep -q '^north '
    # An instant is one screen, as often as it is asked for.
    lbtop --replay rec --at +1s --dump 80x24 >first
    lbtop --replay rec --at +1s --dump 80x24 >second
    diff first second
    grep -q 'REPLAY' first
    grep -q '2 nodes: 2 up' first
    lbtop --replay rec --at +1s --dump 80x24 --keys F7 |
        grep -q 'replay: throttle not sent'
}

@test "a recording that begins late is waited for" {
    # That of made-up data begins after two minutes.
    lbtop -b -i 3 -d 100ms --demo 5 -o none --record late
    lbtop -b -i 1 --replay late --raw | grep -q ' alpha01 '
    lbtop -b -i 1 -S jobs --replay late | grep -q '^alpha01-'
}

@test "a recording that is cut, damaged, too new, or none" {
    two_agents
    local size
    lbtop -b -i 8 -d 200ms -o none --record rec
    size=$(stat -c %s rec)
    head -c $((size * 3 / 4)) rec >torn
    lbtop --replay torn --at +1h --dump 80x24 --keys 3 >out
    grep -q 'recording ends here (damaged at byte ' out
    cp rec odd
    printf 'XXXX' | dd of=odd bs=1 seek=$((size * 3 / 4)) conv=notrunc 2>said
    lbtop -b -i 1 --replay odd >out
    echo hello >junk
    says 2 'junk: is not an lbtop recording' -b --replay junk
    echo 'lbtop-record 2' >newer
    says 76 'newer: a recording of format 2; this lbtop reads 1' \
        -b --replay newer
    says 66 'none: No such file or directory' -b --replay none
    fails 2 '--at: "99x" is not a time (14:02:37, +2min)' \
        lbtop -b --replay rec --at 99x
}

@test "--anon leaves no name, address, tag or text in the copy" {
    two_agents
    lbctl submit --hold --name secretjob sleep jobs=2 ms=10
    lbtop -b -i 8 -d 200ms -o none --user operatrix --record rec
    lbtop --replay rec --record copy --anon
    [ "$(stat -c %a copy)" = 600 ]
    lbtop --replay copy --at +1s --dump 140x45 --keys 2 >shown
    lbtop --replay copy --at +1s --dump 140x45 >>shown
    lbtop --replay copy --at +1s -b -i 1 --json >>shown
    grep -q '2 nodes: 2 up' shown
    not grep -qE 'north|south|secretjob|operatrix|127\.0\.0\.1' shown
    # Nor in what is inside the file.
    unpack copy >inside
    [ -s inside ]
    not grep -aqE 'north|south|secretjob|operatrix|127\.0\.0\.1' inside
    unpack rec | grep -aq south
}
# What is deflated after the first line (15 bytes, and 2 of zlib's head).
unpack() {
    { printf '\037\213\010\0\0\0\0\0\0\0'; tail -c +18 "$1"; } |
        gzip -dc 2>said || :
}

@test "--record-max: the recording stops, lbtop goes on" {
    lbtop -b -i 8 -d 100ms --demo 2000 -S messages --record rec \
        --record-max 64K >out
    grep -q 'recording stops' out
    [ "$(stat -c %s rec)" -le 200000 ]
    says 2 '--record-max: "1K" is not a size from 64K' --record-max 1K
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# lbagent by itself: starting, refusing to start, ending, and bytes on its
# sockets that are none of its protocol.
# shellcheck disable=SC2154  # lib.bash sets $work

load lib.bash

setup() {
    lb_setup
    command -v lbagent >/dev/null || skip "no lbagent is built"
}
teardown() { lb_teardown; }

pid_of() { cat "$work/pid.$1"; }                 # NAME
ended() { not kill -0 "$1" 2>/dev/null; }        # PID

# counter NAME COUNTER: its value, as USR1 tells it now.
counter() {
    : >"$work/$1.log"
    kill -USR1 "$(pid_of "$1")"
    await logged "$1" "counter=loop.events "
    sed -n "s/.*counter=$2 value=//p" "$work/$1.log"
}
counts() { [ "$(counter "$1" "$2")" -ge "$3" ]; } # NAME COUNTER LEAST

# In bash, as no other program is sure to be there: PORT FORMAT.
send_bytes() {
    # shellcheck disable=SC2059  # the format is the bytes
    printf "$2" 2>/dev/null >"/dev/tcp/127.0.0.1/$1" || :
}

@test "a node starts, writes its endpoint, and ends on TERM with status 0" {
    start_agent north
    grep -q '^name=north$' north/run/endpoint
    grep -qE '^id=[0-9a-f]{32}$' north/run/endpoint
    grep -q "^control=ipc://$work/north/run/control.sock$" north/run/endpoint
    [ "$(sed -n 's/^pid=//p' north/run/endpoint)" = "$(pid_of north)" ]
    [ "$(stat -c %a north/run/control.sock north/run/state.sock |
        sort -u)" = 660 ]
    pid=$(pid_of north)
    kill "$pid"
    wait "$pid"
    [ "$(tail -n 1 north.log | grep -o 'evt=.*')" = 'evt=stopped status=0' ]
    [ ! -e north/run/endpoint ]
    [ ! -e north/run/control.sock ]
}

@test "id stays, incarnation grows, also after kill -9" {
    start_agent north
    id=$(sed -n 's/^id=//p' north/run/endpoint)
    first=$(sed -n 's/.*evt=ready .*incarnation=\([0-9]*\).*/\1/p' north.log)
    kill_agent north
    rm north/run/endpoint
    start_agent north
    [ "$(sed -n 's/^id=//p' north/run/endpoint)" = "$id" ]
    next=$(sed -n 's/.*evt=ready .*incarnation=\([0-9]*\).*/\1/p' north.log)
    [ "$next" -gt "$first" ]
}

@test "a copy of a state directory is refused, or accepted once for all" {
    start_agent north
    id=$(sed -n 's/^id=//p' north/run/endpoint)
    stop_agent north
    # It may be moved.
    mv north/state north/elsewhere
    mv north/elsewhere north/state
    start_agent north
    stop_agent north
    cp -a north/state south
    fails 77 'is a copy of the state of a node' \
        lbagent -c north.ini -D "node.state_dir=$work/south"
    cp -a north/state north/backup
    rm -r north/state
    mv north/backup north/state
    fails 77 '--accept-copy' lbagent -c north.ini
    lbagent -c north.ini --accept-copy 2>accepted.log 3>&- &
    echo $! >pid.north
    await [ -s north/run/endpoint ]
    grep -q "^id=$id\$" north/run/endpoint
    stop_agent north
    start_agent north
}

@test "of two nodes with one id the younger gives way" {
    start_agent north
    port=$(port_of north)
    cp -a north/state copied
    mkdir south
    mv copied south/state
    printf '[node]\nname = south\nstate_dir = %s\nrun_dir = %s\n' \
        "$work/south/state" "$work/south/run" >south.ini
    lbagent -c south.ini --accept-copy -D listen.port=0 \
        -D "peers.node=127.0.0.1:$port" >south.out 2>south.log 3>&- &
    pid=$!
    echo "$pid" >pid.south
    # South is not among the peers of north, which alone hears the other yet:
    # heard by both, south could end before it has said a word.
    await logged north 'evt=id-taken'
    printf '[peers]\nnode = 127.0.0.1:%s\n' "$(port_of south)" >>north.ini
    kill -HUP "$(cat pid.north)"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 77 ]
    logged south 'evt=id-taken'
    kill -0 "$(cat pid.north)"
}

# incarnation_after STATE N: the next start of it takes a higher one.
incarnation_after() {
    local line
    line=$(printf 'seq=%019d incarnation=%019d' 0 "$2")
    printf '%s crc=%s\n' "$line" "$(printf %s "$line" | gzip -c | tail -c 8 |
        od -An -N4 -t x4 --endian=little | tr -d ' ')" >"$1/journal.db-end"
}

@test "of two copies that start in the same second one ends" {
    printf '[node]\nname = north\nstate_dir = %s\nrun_dir = %s\n' \
        "$work/north/state" "$work/north/run" >north.ini
    start_agent north
    kill_agent north
    rm north/run/endpoint
    incarnation_after north/state 3000000000
    mkdir south
    cp -a north/state south/state
    start_agent north
    logged north 'incarnation=3000000001'
    printf '[node]\nname = south\nstate_dir = %s\nrun_dir = %s\n' \
        "$work/south/state" "$work/south/run" >south.ini
    lbagent -c south.ini --accept-copy -D listen.port=0 \
        -D "peers.node=127.0.0.1:$(port_of north)" \
        >south.out 2>south.log 3>&- &
    pid=$!
    echo "$pid" >pid.south
    await [ -s south/run/endpoint ]
    logged south 'incarnation=3000000001'
    printf '[peers]\nnode = 127.0.0.1:%s\n' "$(port_of south)" >>north.ini
    kill -HUP "$(pid_of north)"
    # The boot is the same, so it is the one of the higher port.
    if [ "$(port_of north)" -gt "$(port_of south)" ]; then
        status=0
        wait "$(pid_of north)" || status=$?
    else
        status=0
        wait "$pid" || status=$?
    fi
    [ "$status" -eq 77 ]
}

@test "a restart tells what commands had set, or keeps the throttle" {
    command -v lbctl >/dev/null || skip "no lbctl is built"
    LB_NODE=$(control_of north)
    export LB_NODE
    start_agent north
    lbctl throttle north 40
    stop_agent north
    rm -f north/run/endpoint
    start_agent north
    logged north 'level=warn .*evt=reset op=throttle was=40 to=100 set_by='
    lbctl events | grep -q 'op=throttle was=40'
    [ "$(lbctl throttle north)" = "north 100" ]
    lbctl throttle north 30
    stop_agent north
    rm -f north/run/endpoint
    start_agent north throttle.persist=yes
    logged north 'evt=kept op=throttle to=30 configured=100 set_by='
    not logged north evt=reset
    [ "$(lbctl throttle north)" = "north 30" ]
}

@test "--print-endpoint prints one line" {
    start_agent north
    stop_agent north
    lbagent -c north.ini --print-endpoint >out 2>log 3>&- &
    echo $! >pid.north
    await test -s out
    [ "$(wc -l <out)" -eq 1 ]
    grep -qE "^port=[0-9]+ control=ipc://$work/north/run/control.sock$" out
}

@test "--check prints every problem and opens nothing" {
    printf '[policy]\nname = recever\n[throttle]\npercent = 0\n' >bad.ini
    fails 78 'bad.ini:2: [policy] name: unknown value "recever" (did you mean "receiver"?)' \
        lbagent -c bad.ini --check
    grep -qF 'lbagent: bad.ini:4: [throttle] percent: 0 is outside 1..100; use pause' stderr
    grep -qx 'lbagent: 2 problems, not started' stderr
    fails 78 '2 problems, not started' lbagent -c bad.ini
    printf '[policy]\nname = receiver\n' >good.ini
    lbagent -c good.ini --check
    fails 66 'lbagent: none.ini: no such file' lbagent -c none.ini
    mkdir a.dir
    fails 78 'lbagent: a.dir: is a directory' lbagent -c a.dir --check
    lbagent -c good.ini -D jobs.commands=yes --check 2>said
    if [ "$own" = root ]; then
        grep -qx 'lbagent: warning: \[jobs\] commands = yes runs none as root; only root does' said
    else
        [ ! -s said ]
    fi
    lbagent -c good.ini -D "jobs.commands=$own" --check 2>said
    [ ! -s said ]
}

@test "--dump-config is a valid node.ini" {
    lbagent -c /dev/null -D throttle.percent=70 --dump-config >dump.ini
    grep -qx 'percent = 70 ; -D' dump.ini
    lbagent -c dump.ini --check
    lbagent -c /dev/null -D throttle.percent=70 --dump-config=changed >changed
    [ "$(cat changed)" = "$(printf '[throttle]\npercent = 70 ; -D')" ]
}

@test "wrong options are named" {
    fails 2 'unknown option "--chek" (did you mean "--check"?)' lbagent --chek
    fails 2 'option "-c" needs a value' lbagent -c
    fails 2 'option "-D" needs a value' lbagent -tD
    fails 2 'unknown option "-x"' lbagent -txc
    fails 2 '"now": lbagent takes options only' lbagent now
    fails 2 '--accept-loss: "x" is not a whole number' lbagent --accept-loss x
    fails 78 '-D: "x" is not SECTION.KEY=VALUE' lbagent -c /dev/null -D x
    lbagent --help | grep -q -- --dump-config
    lbagent --version | grep -qx 'lbagent [0-9.]*'
}

@test "a second node on the state directory is refused" {
    start_agent north
    fails 1 "lbagent: $work/north/state is in use by process $(pid_of north)" \
        lbagent -c north.ini
}

@test "a taken port is named" {
    start_agent north
    port=$(port_of north)
    mkdir -p other/state other/run
    fails 1 "lbagent: 127.0.0.1:$port: address in use (another lbagent? use listen.port)" \
        lbagent -c /dev/null -D node.name=other -D "listen.port=$port" \
        -D "node.state_dir=$work/other/state" -D "node.run_dir=$work/other/run"
}

@test "nothing listens off loopback without being allowed to" {
    fails 78 '[listen] address: plain TCP on 10.0.0.7 needs security.allow_insecure = yes' \
        lbagent -c /dev/null -D listen.address=10.0.0.7
}

@test "port 0 takes four ports below the ephemeral range" {
    start_agent north
    [ "$(port_of north)" -lt 32765 ]
    [ "$(port_of north)" -ge 1024 ]
}

@test "two nodes meet, though only one knows the other" {
    start_agent north
    start_agent south "peers.node=127.0.0.1:$(port_of north)"
    await logged north 'evt=peer-joined peer=south'
    await logged south 'evt=peer-joined peer=north'
    stop_agent south
    await logged north 'evt=peer-down peer=south why=left'
}

@test "nodes of different clusters do not meet" {
    start_agent north
    start_agent south node.cluster=other "peers.node=127.0.0.1:$(port_of north)"
    await counts north net.rejected.cluster 1
    not logged south peer-joined
}

@test "HUP takes a right file and keeps the old values for a wrong one" {
    start_agent north
    printf '[throttle]\npercent = 0\n' >>north.ini
    kill -HUP "$(pid_of north)"
    await logged north 'configuration kept as it was'
    logged north 'percent: 0 is outside 1..100'
    sed -i 's/percent = 0/percent = 60/; s/name = north/name = nord/' north.ini
    kill -HUP "$(pid_of north)"
    await logged north 'reloaded=yes'
    logged north 'key=throttle.percent old=100 new=60$'
    logged north 'key=node.name old=north new=nord next="in force after a restart"'
}

@test "strange bytes on every port are turned away and counted" {
    start_agent north
    start_agent south "peers.node=127.0.0.1:$(port_of north)"
    await logged north 'evt=peer-joined peer=south'
    port=$(port_of north)
    for i in 0 1 2 3; do
        head -c 3000 /dev/urandom >"/dev/tcp/127.0.0.1/$((port + i))" || :
        send_bytes $((port + i)) 'GET / HTTP/1.0\r\n\r\n'
    done
    # ZMTP 1.0 without identity: what comes then would be a message to the node.
    send_bytes "$port" '\1\0\5\0junk'
    send_bytes $((port + 1)) '\1\0\11\0\252\267\1\1junk'
    send_bytes $((port + 3)) '\1\0\5\0junk'
    await counts north net.strangers 7
    kill -0 "$(pid_of north)"
    await counts north net.alive 1
}

@test "who looks whether anybody listens, as lbctl does, is no stranger" {
    start_agent north
    for _ in 1 2 3 4 5; do
        lbctl -n "127.0.0.1:$(port_of north)" nodes
        send_bytes "$(port_of north)" ''
    done
    # Those that are some, behind all of them, so that all have been seen.
    send_bytes "$(port_of north)" 'GET / HTTP/1.0\r\n\r\n'
    send_bytes $(($(port_of north) + 3)) 'GET / HTTP/1.0\r\n\r\n'
    await counts north net.strangers 2
    [ "$(counter north net.strangers)" -eq 2 ]
}

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Agents on this machine, for the demonstration and the benchmarks; read in by
# their scripts, which set: build (where the programs are), me (for messages),
# dir (empty, or of the nodes: state, sockets, logs).
# shellcheck disable=SC2034,SC2154  # both use each other's variables

fail() { # STATUS TEXT
    echo "$me: $2" >&2
    exit "$1"
}

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

# PID NAME: asks it to end; KILL after 10 s.
process_end() {
    [ -n "$1" ] && kill "$1" 2>/dev/null || return 0
    tries=0
    while kill -0 "$1" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ]; then
            echo "$me: $2 did not end in 10 s; killed" >&2
            kill -KILL "$1" 2>/dev/null || :
            break
        fi
        sleep 0.1
    done
    wait "$1" 2>/dev/null || :
}

# Calls COMMAND until it succeeds, for 10 s at most.
await() { # COMMAND...
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -le 100 ] || return 1
        sleep 0.1
    done
}

# The CPUs that this process may use, one a line; "any" if it cannot choose.
cpus() {
    if command -v taskset >/dev/null 2>&1; then
        taskset -cp $$ | sed 's/.*: *//' | tr ',' '\n' |
            awk -F- '{ for (c = $1; c <= $NF; c++) print c }'
    else
        echo any
    fi
}

# Halves of the CPUs for two nodes: sets n_cpus, slots, north_cpus, south_cpus.
halves() {
    list=$(cpus)
    n_cpus=$(echo "$list" | wc -l)
    slots=$((n_cpus / 2))
    [ "$slots" -ge 1 ] || slots=1
    north_cpus=any south_cpus=any
    if [ "$n_cpus" -ge 2 ]; then
        north_cpus=$(echo "$list" | head -n "$slots" | paste -s -d, -)
        south_cpus=$(echo "$list" | tail -n "$slots" | paste -s -d, -)
    fi
}

# NAME SLOTS THROTTLE PEER: writes its node.ini; PEER may be empty.
node_configure() {
    mkdir -p "$dir/$1/state" "$dir/$1/run"
    chmod 700 "$dir/$1/state" "$dir/$1/run"
    cat >"$dir/$1/node.ini" <<END
[node]
name = $1
cluster = $me-$$
state_dir = $dir/$1/state
run_dir = $dir/$1/run
shutdown_deadline = 5s
[listen]
port = 0
[peers]
${4:+node = $4}
[workers]
count = $2
[throttle]
percent = $3
END
}

# PID FILE: the process is gone or the file is there.
started() {
    [ -s "$2" ] || ! kill -0 "$1" 2>/dev/null
}

# NAME CPUS [OPTION]...: starts lbagent; its pid is in $pid, what a peer needs
# to reach it in $endpoint, once it takes jobs.
node_launch() {
    name=$1 on=$2
    shift 2
    set -- "$build/lbagent" -c "$dir/$name/node.ini" "$@"
    [ "$on" = any ] || set -- taskset -c "$on" "$@"
    "$@" >"$dir/$name/log" 2>&1 &
    pid=$!
    await started "$pid" "$dir/$name/run/endpoint" || :
    if [ ! -s "$dir/$name/run/endpoint" ]; then
        tail -n 30 "$dir/$name/log" >&2
        process_end "$pid" "$name"
        fail 1 "$name did not start"
    fi
    endpoint=$name@127.0.0.1:$(sed -n 's/^port=//p' "$dir/$name/run/endpoint")
}

# NAME WORD...: lbctl at that node.
ctl() {
    where=ipc://$dir/$1/run/control.sock
    shift
    "$build/lbctl" -n "$where" "$@"
}

# NAME N: does this node see N nodes that run?
sees() {
    [ "$(ctl "$1" --raw nodes 2>/dev/null | awk '$2 == "run"' | wc -l)" \
        -eq "$2" ]
}

# In a folder of its own: north at 100 % and south at 50 %, each on its half of
# the CPUs. Sets dir, slots, north_pid, south_pid and what halves sets.
launch_two() { # NAME of the folder
    halves
    dir=$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX")
    node_configure north "$slots" 100 ''
    node_launch north "$north_cpus"
    north_pid=$pid
    node_configure south "$slots" 50 "$endpoint"
    node_launch south "$south_cpus"
    south_pid=$pid
    await sees north 2 || fail 1 'the nodes did not find each other in 10 s'
    await sees south 2 || fail 1 'the nodes did not find each other in 10 s'
}

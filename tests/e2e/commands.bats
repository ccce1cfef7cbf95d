#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Commands in real agents: what they get, how they are ended, and that nothing
# of them is left, whoever dies. LB_PIDS_JOBS says how many run where process
# numbers are few (10000; 100000 before a release).
# shellcheck disable=SC2154,SC2016

load programs.bash

# An ordinary user, of this file alone: what it may still start is counted.
user=65532

setup() {
    programs_setup nasty
    nasty=$work/own/nasty
}
teardown() { programs_teardown; }

# NAME [OPTION]...: an agent that runs commands, and that lbctl talks to.
start() {
    start_agent "$1" "jobs.commands=$own" "${@:2}"
    LB_NODE=$(control_of "$1")
    export LB_NODE
}

two() { start_two "jobs.commands=$own" "$@"; }   # [OPTION]...

field() { # FILTER: of the last workload
    lbctl --json results last | jq -r "$1"
}

@test "a command has its variables and a directory of its own" {
    # The agent raises one limit and changes the mask, for itself.
    ulimit -Sn 300
    umask 022
    start north workers.count=1 throttle.percent=40
    [ "$(lbctl run -- sh -c 'ulimit -Sn; umask; ulimit -c')" = \
        "$(printf '300\n0022\n0')" ]
    lbctl run --env 'A=b c' --env NASTY="$token" -- env >out
    for line in LB_JOB_ID=north-2.0 LB_WORKLOAD=north-2 LB_INDEX=0 LB_JOBS=1 \
        LB_ATTEMPT=1 LB_NODE=north LB_HOME=north LB_SLOT=1 LB_THROTTLE=40 \
        'A=b c' "TMPDIR=$work/north/state/scratch/0" "HOME=$HOME"; do
        grep -qxF "$line" out
    done
    not grep -q '^XDG' out
    lbctl run -- sh -c 'echo x >"$TMPDIR/file"; mkdir "$TMPDIR/d"; ls "$TMPDIR"'
    [ -z "$(ls -A north/state/scratch/0)" ]
    [ "$(lbctl run -- printf '%s|' '' 'a b' '$x' '*')" = '|a b|$x|*|' ]
}

@test "how it ends is told" {
    start north
    fails 1 'exit 3' lbctl run -- sh -c 'exit 3'
    fails 1 'signal 9' lbctl run -- sh -c 'kill -9 $$'
    fails 1 'gzipp: no such program on north' lbctl run -- gzipp
    fails 1 '/etc/passwd: permission denied on north' lbctl run -- /etc/passwd
}

@test "a failed attempt is repeated" {
    two workers.count=1
    fails 1 'exit 4' lbctl run --retries 2 -- sh -c \
        'echo "$LB_ATTEMPT" >>'"$work"'/attempts; exit "$((LB_ATTEMPT + 1))"'
    [ "$(tr '\n' ' ' <attempts)" = '1 2 3 ' ]
}

@test "cancel ends all of it" {
    start north jobs.kill_after=50ms
    lbctl submit --env NASTY="$token" -- "$nasty" tree stays
    await are_marked 6
    lbctl cancel last
    await are_marked 0
    fails 1 cancelled lbctl wait last || lbctl show last | grep -q cancelled
    [ "$(lbctl run -- echo next)" = next ]
}

@test "time-out ends what does not listen" {
    start north jobs.kill_after=50ms
    for way in stubborn stop 'tree stays' chatter deaf hop; do
        # shellcheck disable=SC2086  # words
        fails 1 timeout lbctl run --timeout 100ms --env NASTY="$token" -- \
            "$nasty" $way
        await are_marked 0
    done
    [ "$(lbctl run -- echo next)" = next ]
}

@test "a throttle by signals stops it and lets it go on" {
    start north throttle.method=signal
    lbctl submit --env NASTY="$token" -- "$nasty" spin
    await in_state R
    lbctl throttle north 1
    await in_state T
    lbctl throttle north 100
    await in_state R
    lbctl cancel last
    await are_marked 0
}

@test "commands come over the control socket only" {
    start north
    fails 77 'local socket only; run lbctl on that host, with -n ipc://PATH' \
        lbctl -n "127.0.0.1:$(port_of north)" run -- true
    lbctl run -- true
}

@test "a node may refuse commands" {
    start_agent north jobs.commands=no
    fails 77 'north does not run commands; set jobs.commands = yes (root, where root runs it) in node.ini there' \
        lbctl -n "$(control_of north)" run -- true
    [ "$own" = root ] || return 0
    start_agent south jobs.commands=yes
    logged south 'evt=commands of=none why="lbagent runs as root'
}

@test "only programs of jobs.allow run" {
    mkdir allowed
    ln -s /bin/sh allowed/sh
    cp own/nasty allowed/
    start north "jobs.allow=$work/allowed"
    fails 1 'exit 5' lbctl run -- "$work/allowed/nasty" exit 5
    fails 1 'not in jobs.allow of north' lbctl run -- "$work/allowed/sh" -c true
    fails 1 'not in jobs.allow of north' lbctl run -- sh -c true
}

@test "variables make no allowed program run what is not allowed" {
    env=$(command -v env)
    start north
    run lbctl run --env LD_PRELOAD=/x --env BASH_ENV=/x --env A=1 -- "$env"
    [ "$status" -eq 0 ]
    [[ $'\n'$output == *$'\nLD_PRELOAD=/x\n'* ]]
    [[ $'\n'$output == *$'\nBASH_ENV=/x\n'* ]]
    start south "jobs.allow=$(readlink -f "$env")"
    run lbctl run --env LD_PRELOAD=/x --env BASH_ENV=/x --env A=1 -- "$env"
    [ "$status" -eq 0 ]
    [[ $'\n'$output == *$'\nA=1\n'* ]]
    [[ $output != *LD_PRELOAD* ]]
    [[ $output != *BASH_ENV* ]]
}

@test "what one node may not run another does" {
    start_agent south "jobs.commands=$own"
    start north "peers.node=127.0.0.1:$(port_of south)" jobs.allow=/no/program
    await logged north 'evt=peer-joined peer=south'
    [ "$(lbctl run -- sh -c 'echo $LB_NODE')" = south ]
}

@test "an agent that is killed leaves nothing of them" {
    start north workers.count=3
    lbctl submit --env NASTY="$token" -- "$nasty" tree stays ::: 1 2 3
    await are_marked 18
    kill_agent north
    await are_marked 0
    touch north/state/scratch/old
    rm north/run/endpoint
    start north workers.count=3
    await are_marked 18     # once more: they were accepted
    [ ! -e north/state/scratch/old ]
    lbctl cancel last
    await are_marked 0
}

@test "without its spawner a node says so, hands over and ends" {
    two workers.count=1 jobs.lost_limit=100
    lbctl submit -- sh -c 'echo "$LB_NODE $LB_ATTEMPT" >>'"$work"'/ran
        while [ ! -e '"$work"'/go ]; do sleep 0.1; done' ::: 1 2
    await grep -q south ran
    await grep -q north ran
    pid=$(cat pid.south)
    kill -KILL "$(pgrep -P "$pid" lbagent-spawn)"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 1 ]
    rm pid.south
    logged south 'level=error .*evt=stop error="the process that starts commands'
    # The job of south is back at its home, and was no failed attempt: those
    # have none left. It is the second if north had heard that it ran.
    touch go
    lbctl --timeout 60s wait last
    [ "$(sort ran | cut -d ' ' -f 1 | tr '\n' ' ')" = 'north north south ' ]
}

# [PREFIX]...: an agent of an ordinary user, which its own lbctl talks to: "${as[@]}"
# is how to become that user. PREFIX starts the agent.
ordinary() {
    [ "$(id -u)" -eq 0 ] || skip 'needs root to become somebody else'
    mkdir bin u u/state u/run u/home
    cp "$(command -v lbagent)" "$(command -v lbctl)" bin
    chmod 755 "$work"
    chown -R "$user:$user" u
    as=(setpriv --reuid "$user" --regid "$user" --clear-groups
        env HOME="$work/u/home")
    printf '[node]\nname = u\nstate_dir = %s\nrun_dir = %s\n[listen]\nport = 0\n' \
        "$work/u/state" "$work/u/run" >u.ini
    chmod 644 u.ini
    "${as[@]}" "$@" bin/lbagent -c u.ini -D jobs.kill_after=50ms 2>u.log 3>&- &
    echo $! >pid.u
    await test -s u/run/endpoint
    LB_NODE=$(control_of u)
    export LB_NODE
    grep -q 'evt=commands of=own hold=namespace ' u.log
}

@test "an ordinary user's agent runs the commands of that user" {
    ordinary
    [ "$("${as[@]}" bin/lbctl run --cwd / -- id -u)" = "$user" ]
    # Alone in its process numbers, without powers.
    [ "$("${as[@]}" bin/lbctl run --cwd / -- sh -c 'echo $PPID')" = 1 ]
    "${as[@]}" bin/lbctl run --cwd / -- grep -q '^CapEff:.0*$' /proc/self/status
    fails 1 timeout "${as[@]}" bin/lbctl run --cwd / --timeout 200ms \
        --env NASTY="$token" -- "$nasty" tree stays
    await are_marked 0
    "${as[@]}" bin/lbctl submit --cwd / --env NASTY="$token" -- \
        "$nasty" tree stays
    await are_marked 6
    kill_agent u
    await are_marked 0
}

# In threads, which is what is limited: a sanitizer has one more in each.
# shellcheck disable=SC2317  # called by await
more_are_marked() {
    local pid n=0 tasks
    for pid in $(marked); do
        tasks=("/proc/$pid/task/"*)
        n=$((n + ${#tasks[@]}))
    done
    [ "$n" -gt "$1" ]
}

@test "a fork bomb that takes all processes of a user ends in time" {
    # What that user has now, and room for some.
    local most=$(($(ps -L -U "$user" --no-headers | wc -l) + 150))
    ordinary prlimit "--nproc=$most:$most"
    id=$("${as[@]}" bin/lbctl -q submit --cwd / --timeout 3s \
        --env NASTY="$token" -- "$nasty" bomb 9)
    await more_are_marked 100
    not more_are_marked 200     # of 512
    fails 1 '' "${as[@]}" bin/lbctl --timeout 30s wait "$id"
    await are_marked 0
    "${as[@]}" bin/lbctl --json results "$id" |
        jq -e '.results[0] | .error == "timeout" and .run_s < 6'
    # The slot and the processes are free again.
    [ "$("${as[@]}" bin/lbctl run --cwd / -- sh -c 'echo free | cat')" = free ]
    [ "$(ps -L -U "$user" --no-headers | wc -l)" -lt "$((most - 100))" ]
}

@test "kills in the middle of nasty commands, and commands that hang" {
    run "$BATS_TEST_DIRNAME/nasty.sh"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'kills 20 / survivors 0 / hung 56 / ended 56 / late 0 /'* ]]
}

@test "no stranger who has the number of a program is signalled" {
    run "$BATS_TEST_DIRNAME/pids.sh" --jobs "${LB_PIDS_JOBS:-10000}"
    echo "$output"
    [ "$status" -ne 77 ] || skip "${output#pids: }"
    [ "$status" -eq 0 ]
    [[ $output == *', 0 hit' ]]
}

@test "a directory that is nowhere fails at once when no other node is there" {
    start north
    LB_NODE=$(control_of north) fails 1 '/nowhere/at/all: ' \
        lbctl run --cwd /nowhere/at/all -- true
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Agents die by kill -9 in the middle of a run of commands: each output comes
# once, the job log is whole, --resume runs what is missing.
# LB_COMMANDS says how many (300; 5000 before a release).
# shellcheck disable=SC2154,SC2016,SC2034  # lib.bash exports $LB_NODE

load lib.bash

n=${LB_COMMANDS:-300}

setup() {
    lb_setup
    start_two "jobs.commands=$own" workers.count=2
    seq "$n" >inputs
    # Each run leaves a line of its own: appended whole. All but the first 60
    # wait for a word, so that no run is over before its node is killed.
    echo '[ "$1" -le 60 ] || until [ -e "$3" ]; do sleep 0.05; done
        echo "$1" >>"$2"; echo "out $1"' >job
}
teardown() { lb_teardown; }

begin() { # in the background; its number in $pid
    lbctl run --progress=none --joblog log -- sh "$work/job" {} \
        "$work/ran" "$work/go" :::: inputs >out 2>err 3>&- &
    pid=$!
}
# shellcheck disable=SC2317  # called by await
none_runs() { ! pgrep -f "sh $work/job" >/dev/null; }
# shellcheck disable=SC2317  # called by await
lines() { [ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]; } # FILE N

whole_log() { # every job once, and all of them 0
    [ "$(tail -n +2 log | cut -f1 | sort -n | uniq | wc -l)" -eq "$n" ]
    [ "$(tail -n +2 log | wc -l)" -eq "$n" ]
    [ "$(tail -n +2 log | awk -F'\t' '$7 != 0' | wc -l)" -eq 0 ]
}

@test "a holder is killed: each output once, the job log whole" {
    begin
    await lines log 20
    await lines ran 40
    kill_agent south
    touch go
    wait $pid
    sed 's/^/out /' inputs | cmp - out
    whole_log
    # What the dead node had begun ran again: no job was left out.
    [ "$(sort -n ran | uniq | wc -l)" -eq "$n" ]
}

@test "the home is killed: --resume runs exactly what the log lacks" {
    begin
    await lines log 20
    kill_agent north
    # It would wait until north is back.
    await grep -q 'this waits until north is back' err
    kill "$pid"
    wait $pid && false
    tail -n +2 log | cut -f1 | sort -n >logged
    [ "$(uniq logged | wc -l)" -eq "$(wc -l <logged)" ]
    # Both away: what the first workload still has cannot run beside it; nor
    # what they had begun, which is gone a moment after them.
    kill_agent south
    await none_runs
    cp ran before
    touch go
    start_agent other "jobs.commands=$own" workers.count=2
    LB_NODE=$(control_of other)
    lbctl run --progress=none --joblog log --resume -- sh "$work/job" {} \
        "$work/ran" "$work/go" :::: inputs >out 2>err
    whole_log
    comm -13 <(sort logged) <(sort inputs) | sort -n | sed "s/^/out /" |
        cmp - out
    [ "$(tail -n "+$(($(wc -l <before) + 1))" ran | sort -n | uniq -c |
        awk '$1 != 1' | wc -l)" -eq 0 ]
}

@test "the home comes back: its journal has what was accepted, all of it runs" {
    id=$(lbctl -q submit -- sh "$work/job" {} "$work/ran" "$work/go" :::: inputs)
    await lines ran 20
    kill_agent north
    rm north/run/endpoint
    touch go
    start_agent north "jobs.commands=$own" workers.count=2 \
        "peers.node=127.0.0.1:$(port_of south)"
    lbctl --timeout 120s wait "$id" >/dev/null
    lbctl results --json "$id" >all
    [ "$(jq '[.results[] | select(.state == "done")] | length' all)" -eq "$n" ]
    jq -r '.results[].stdout' all | grep . | cmp - <(sed 's/^/out /' inputs)
    [ "$(sort -n ran | uniq | wc -l)" -eq "$n" ]
}

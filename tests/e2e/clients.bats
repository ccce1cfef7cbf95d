#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Several clients at once, clients that die, and a node that is full: nobody
# gets another's results, and what was acknowledged runs.
# shellcheck disable=SC2154

load lib.bash

setup() {
    lb_setup
    start_agent north workers.count=2 queue.max_jobs=100000
    LB_NODE=$(control_of north)
    export LB_NODE
}
teardown() {
    # A client that a failed test has left.
    if [ -e client.pid ]; then
        kill -KILL "$(cat client.pid)" 2>/dev/null || :
    fi
    lb_teardown
}

# FILTER: of the answer of `list` about the only workload there is.
of_workload() {
    lbctl --json list | jq -er ".workloads[0] | $1"
}
# shellcheck disable=SC2317  # called by await
is() { [ "$(of_workload "$1")" = "$2" ]; }

fibonacci() { # FROM TO
    local a=0 b=1 t n
    for ((n = 1; n <= $2; n++)); do
        ((n < $1)) || echo $b
        ((t = a + b, a = b, b = t))
    done
}

@test "four clients at once get their own results, in order" {
    local i pids=()
    for i in 1 2 3 4; do
        lbctl run fib "n=$i..$((i + 60))" repeat=20000 >out.$i 2>err.$i 3>&- &
        pids+=($!)
    done
    for i in 1 2 3 4; do
        wait "${pids[i - 1]}"
    done
    for i in 1 2 3 4; do
        fibonacci "$i" $((i + 60)) >want
        diff want out.$i
        grep -q '^61 done, 0 failed' err.$i
    done
    # Fair: the first was not served whole before the last.
    [ "$(lbctl --json list | jq '[.workloads[] | select(.done == 61)]
        | length')" -eq 4 ]
}

@test "wait and results, asked again, say the same" {
    lbctl submit vecinc jobs=20 elements=100 iterations=1000
    lbctl --timeout 60s wait last
    lbctl --json wait last >first
    lbctl --json wait last >second
    diff first second
    lbctl --json results last >first
    lbctl --json results last >second
    diff first second
    [ "$(lbctl results --checksum last)" = "$(lbctl results --checksum last)" ]
}

@test "a full queue refuses with 75, and takes nothing" {
    lbctl submit --hold noop jobs=90000
    fails 75 'north has no room (90000 of 100000 jobs)' \
        lbctl submit --hold noop jobs=10001
    [ ! -s stdout ]
    [ "$(lbctl --json list | jq -c '[.workloads[] | [.workload, .jobs]]')" \
        = '[["north-1",90000]]' ]
    [ "$(lbctl --json nodes | jq '.nodes[0].held')" -eq 90000 ]
    # What fits is taken, also to the last place.
    lbctl submit --hold noop jobs=10000
    fails 75 'has no room' lbctl submit noop jobs=1
    lbctl cancel -y all
    lbctl run noop jobs=10
}

@test "a workload larger than the queue: whole chunks, and how to go on" {
    fails 75 'of 150000 jobs accepted; complete it with the same command and --id K, or cancel it' \
        lbctl submit --id K --hold noop jobs=150000
    taken=$(sed -n 's/.*: \([0-9]*\) of 150000 jobs accepted.*/\1/p' stderr)
    # No job more, and none less, than was acknowledged.
    is '.queued + .done' "$taken"
    fails 75 "$taken of 150000 jobs accepted" \
        lbctl submit --id K --hold noop jobs=150000
    # With room again the same command completes it.
    lbctl start north-1
    await is .done "$taken"
    # What has ended is not all: who looks is told what is missing.
    [ "$(lbctl --json list --state incomplete | jq -r '.workloads[].workload')" \
        = north-1 ]
    lbctl explain north-1 >said
    grep -qF "$taken of its 150000 jobs were submitted; it waits for the others" \
        said
    fails 124 "north-1 is incomplete, $taken of 150000 jobs ended" \
        lbctl --timeout 5s wait north-1
    lbctl submit --id K --hold noop jobs=150000 2>said
    cat said
    lbctl --timeout 60s wait north-1
    [ "$(lbctl list -q | wc -l)" -eq 1 ]
    is .done 150000
}

@test "a client killed while it submits: what was acknowledged runs" {
    local pid had
    # Each job by itself, so that there are many chunks; more than fit, so that
    # the client, which waits for room, is there when it is killed.
    awk 'BEGIN { for (i = 0; i < 120000; i++) print "sleep 0" }' >jobs.txt
    lbctl submit --hold --wait --id K -a jobs.txt >out 2>err 3>&- &
    pid=$!
    echo $pid >client.pid
    await is '.queued' 100000
    kill -0 $pid
    kill -KILL $pid
    wait $pid || :
    rm client.pid
    lbctl start north-1
    await is '.queued + .running' 0
    had=$(of_workload .done)
    echo "acknowledged when it was killed: $had"
    [ "$had" -eq 100000 ]
    # The same command with the same id goes on where it broke off.
    lbctl submit --hold --id K -a jobs.txt
    lbctl --timeout 60s wait north-1
    is .done 120000
    lbctl --json results north-1 |
        jq -r '.results[].job' | sort | uniq -c | awk '$1 != 1' >twice
    [ ! -s twice ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# lbctl with agents: jobs are submitted, run, followed and steered.
# shellcheck disable=SC2154  # lib.bash sets $work

load lib.bash
load tmux.bash

setup() {
    lb_setup
    term_setup
    command -v lbagent >/dev/null || skip "no lbagent is built"
    start_agent north workers.count=2
    LB_NODE=$(control_of north)
    export LB_NODE
}
teardown() {
    term_teardown
    lb_teardown
}

two_nodes() {
    start_agent south workers.count=2 throttle.percent=50 throttle.floor=20 \
        "peers.node=127.0.0.1:$(port_of north)"
    await sees_both
}
# Each of the other.
sees_both() {
    [ "$(lbctl nodes --raw | grep -c ' run ')" -eq 2 ] &&
        [ "$(lbctl -n south nodes --raw | grep -c ' run ')" -eq 2 ]
}

@test "run prints results in order, and a summary" {
    lbctl run fib n=1..10 >out 2>err
    [ "$(tr '\n' ' ' <out)" = "1 1 2 3 5 8 13 21 34 55 " ]
    grep -q '^10 done, 0 failed, [0-9.]* s, [0-9.]* jobs/s; north 10$' err
}

@test "submit prints the name of the workload, and last is it" {
    [ "$(lbctl submit fib 30 2>err)" = north-1 ]
    grep -qx 'lbctl: 1 job accepted by north' err
    lbctl wait last 2>err
    grep -q '^1 done, 0 failed' err
    [ "$(lbctl results --raw last)" = 832040 ]
    lbctl submit --json fib 3 2>/dev/null | grep -q '"workload":"north-2"'
}

@test "held jobs wait for start; start twice is one run" {
    lbctl submit --hold --name mine fib n=1..5
    lbctl list --raw last | grep -q '^north-1 mine fib held 5 '
    fails 124 'is held; release it with "lbctl start north-1"' \
        lbctl --timeout 300ms wait last
    [ "$(lbctl start last)" = "north-1 started, 5 jobs" ]
    lbctl wait last
    lbctl start last | grep -q 'started already'
    lbctl show last | grep -q '^done  *5$'
}

@test "a workload has a value only when all is done" {
    for i in $(seq 1000); do printf 123456789; done >nums.txt
    [ "$(lbctl run digitsum file=nums.txt chunk=100)" = 45000 ]
    [ "$(lbctl run --ship=bytes digitsum file=nums.txt chunk=77)" = 45000 ]
    lbctl results last | grep -qx 'value 45000'
    printf 12a4 >bad.txt
    fails 1 'byte 0x61 at offset 2 is no digit' \
        lbctl run digitsum file=bad.txt chunk=2
    [ ! -s stdout ]
    lbctl results --json last >json || [ $? -eq 1 ]
    grep -q '"value":null' json
    : >empty.txt
    [ "$(lbctl run digitsum file=empty.txt)" = 0 ]
}

@test "all elements of a vector come back" {
    [ "$(lbctl run vecinc jobs=16 elements=64 iterations=10)" = \
        "1024 of 1024 equal" ]
    [ "$(lbctl results --raw last | wc -c)" -eq 8192 ]
    crc=$(lbctl results --checksum last)
    [[ "$crc" == *'8192 bytes' ]]
    [ "$(lbctl results --raw last | od -An -v -t d8 -w8 |
        awk '$1 != NR - 1 + 10 { bad++ } END { print bad + 0, NR }')" = "0 1024" ]
}

@test "workload files make a workload for each kind" {
    printf '# two kinds\nsleep 5\nfib n=9\nsleep 1\nfib 10\n' >jobs.txt
    [ "$(lbctl submit -a jobs.txt 2>/dev/null | tr '\n' ' ')" = \
        "north-1 north-2 " ]
    lbctl wait north-1 north-2 2>err
    [ "$(cut -d' ' -f1 err | tr '\n' ' ')" = 'north-1: north-2: ' ]
    [ "$(lbctl results --follow --raw north-2)" = 3455 ]
    [ "$(seq 1 6 | lbctl run -a - fib 2>/dev/null | tr '\n' ' ')" = \
        "1 1 2 3 5 8 " ]
    [ "$(lbctl run --tag fib ::: 7 9 2>/dev/null)" = "7	13
9	34" ]
}

@test "a file of jobs that is too large is not read into memory" {
    # Had it been read, there would be no room for it. (A sanitizer cannot live
    # with so little.)
    local room=900000
    [ -z "${ASAN_OPTIONS-}${TSAN_OPTIONS-}" ] || room=unlimited
    truncate -s 4G large.txt
    not submit_within "$room" large.txt
    grep -q 'large.txt: larger than 1G' said
    not submit_within "$room" - <large.txt
    grep -q -- '-: larger than 1G' said
}
submit_within() { (ulimit -v "$1" && lbctl submit -a "$2" 2>said); }

@test "jobs and options come out of JSON; the command line wins" {
    echo '{"kind":"fib","params":{"repeat":2},"jobs":[{"n":30},{"n":31}],
        "options":{"name":"render","priority":7,"retries":2}}' >j.json
    [ "$(lbctl run --from-json j.json 2>/dev/null | tr '\n' ' ')" = \
        "832040 1346269 " ]
    lbctl list render-1 --raw | grep -q "^north-1 render fib done 2 "
    lbctl show north-1 | grep -q '^priority  *7$'
    lbctl show north-1 | grep -q '^retries  *2$'
    lbctl submit --name other --priority 1 --from-json - <j.json
    lbctl show north-2 | grep -q '^label  *other$'
    lbctl show north-2 | grep -q '^priority  *1$'
}

@test "show says yes and no, and the cost as it was given" {
    lbctl submit --hold --once --cost 2.5 fib 3
    lbctl show north-1 >shown
    grep -q '^held  *yes$' shown
    grep -q '^once  *yes$' shown
    grep -q '^idempotent  *no$' shown
    grep -q '^cost  *2\.5$' shown
    lbctl show --json north-1 | jq -e \
        '[.held, .once, .idempotent, .cost] == [true, true, false, 2.5]'
    # Without a label: as in list.
    lbctl show --json north-1 | jq -e 'has("label") and .label == null'
    lbctl list --json | jq -e '.workloads[0].name == null'
}

@test "the same id is the same workload; other jobs are refused" {
    [ "$(lbctl submit --id K fib 3)" = north-1 ]
    [ "$(lbctl submit --id K fib 3)" = north-1 ]
    fails 2 'id "K" was used for north-1 with other jobs' \
        lbctl submit --id K fib 4
    [ "$(lbctl list -q | wc -l)" -eq 1 ]
}

@test "results go to a folder and to files" {
    lbctl run --results out fib n=10..12 >/dev/null
    [ "$(cat out/2/result)" = 144 ]
    grep -q '"state": "done"' out/0/meta.json
    lbctl run --results r.csv fib n=10..12 >/dev/null
    [ "$(sed -n 4p r.csv | cut -d, -f7)" = 144 ]
    lbctl submit --wait --results r.jsonl fib n=10..12 >/dev/null
    grep -q '"result":"144"' r.jsonl
    lbctl results --out again last
    [ "$(cat again/1/result)" = 89 ]
}

@test "--results: where they cannot go, no job is begun" {
    lbctl run --results a/b/c fib 10 >/dev/null
    [ "$(cat a/b/c/0/result)" = 55 ]
    fails 74 'not a directory' lbctl run --results a/b/c/0/result/x fib 3
    fails 74 'not a directory' lbctl run --results a/b/c/0/result fib 3
    fails 74 'nowhere/x.csv: no such file' \
        lbctl run --results nowhere/x.csv fib 3
    [ "$(lbctl list -q | wc -l)" -eq 1 ]
    lbctl results --out d/e last
    [ "$(cat d/e/0/result)" = 55 ]
    echo old >old.csv
    fails 69 '' lbctl -n "ipc://$work/none" run --results old.csv fib 3
    [ "$(cat old.csv)" = old ]
}

@test "a failed job is status 1, and retry runs it again" {
    printf 1x >bad.txt
    fails 1 'is no digit' lbctl run digitsum file=bad.txt
    run lbctl results last
    [ "$status" -eq 1 ]
    lbctl results --failed --json last >json || [ $? -eq 1 ]
    grep -q '"state":"failed"' json
    [ "$(lbctl retry last)" = 'north-1: 1 job run again' ]
    fails 1 '1 failed' lbctl wait last
}

@test "a full queue is status 75" {
    start_agent small workers.count=2 queue.max_jobs=5
    LB_NODE=$(control_of small)
    fails 75 'small has no room' lbctl submit sleep 60s jobs=6
    lbctl cancel -y last
    lbctl submit sleep 600s jobs=4
    fails 75 'small has no room' lbctl submit fib n=1..5
    lbctl cancel -y last
    [ "$(lbctl run fib n=1..5 2>/dev/null | tail -1)" = 5 ]
}

@test "cancel asks for all, and ends what is left" {
    lbctl submit sleep 60s jobs=10
    fails 2 'cancel all: 1 workload, 10 jobs; confirm with -y' \
        lbctl cancel all
    [ "$(lbctl cancel last)" = "cancelled 10, already ended 0" ]
    fails 1 '10 cancelled' lbctl wait last
    [ "$(lbctl cancel last)" = "cancelled 0, already ended 10" ]
}

@test "some jobs of a workload are named, and joined" {
    lbctl run fib n=1..20 >/dev/null
    [ "$(lbctl results -q last.5-9 | tr '\n' ' ')" = \
        'north-1.5 north-1.6 north-1.7 north-1.8 north-1.9 ' ]
    [ "$(lbctl results -q last.5-9:2 last.1,7 north-1.19 | tr '\n' ' ')" = \
        'north-1.1 north-1.5 north-1.7 north-1.9 north-1.19 ' ]
    [ "$(lbctl results -q last.3 last | wc -l)" -eq 20 ]
    [ "$(lbctl retry last.0-9)" = 'north-1: 0 jobs run again' ]
    [ "$(lbctl retry --all last.0-9:3 north-1.3,5)" = \
        'north-1: 5 jobs run again' ]
    lbctl wait last
    fails 2 '--failed and --all exclude each other' \
        lbctl retry --failed --all last
    local command
    for command in retry cancel results logs; do
        fails 66 'north-1 has jobs 0..19' lbctl $command last.20
        fails 66 'no workload north-9' lbctl $command north-9.0
        fails 66 'no workload nobody-1' lbctl $command nobody-1.0
        fails 2 '"north-1.9-5" is not a selector' lbctl $command last.9-5
        fails 2 "$command: a word is missing" lbctl $command
    done
    fails 2 'north-1.1-2 is not one job' lbctl logs last.1-2
    lbctl submit --hold --name render sleep 1s jobs=400
    [ "$(lbctl cancel render-2.0-9 last.5-20)" = \
        'cancelled 21, already ended 0' ]
    [ "$(lbctl cancel --queued last.0-30)" = 'cancelled 10, already ended 21' ]
    fails 2 'cancel last.31-130: 1 workload, 100 jobs; confirm with -y' \
        lbctl cancel last.31-130
    [ "$(lbctl cancel last.31-129)" = 'cancelled 99, already ended 0' ]
    fails 2 'cancel last: 1 workload, ' lbctl cancel last
    fails 2 'cancel last.0-399:3: 1 workload, 134 jobs; confirm' \
        lbctl cancel last.0-399:3
    lbctl cancel -y last
}

@test "Ctrl-C detaches, lists what is unfinished, and the jobs go on" {
    lbctl run sleep 600s jobs=30 >out 2>err 3>&- &
    local pid=$! rc=0
    await grep -q accepted err
    await test -n "$(lbctl list -q)"
    kill -INT $pid
    wait $pid || rc=$?
    # A shell starts a background process with INT ignored; then TERM tells.
    if [ "$rc" -ne 130 ]; then echo "status $rc"; cat err; false; fi
    [ "$(grep -c '^north-1\.[0-9]* ' err)" -eq 10 ]
    grep -qx '30 of 30 jobs unfinished; they go on' err
    grep -qx 'lbctl wait north-1' err
    lbctl list --raw last | grep -q ' running '
    lbctl cancel -y last
}

@test "Ctrl-C at a terminal asks: yes cancels, anything else leaves it" {
    term_start lbctl run sleep 600s jobs=30
    sees 'accepted by north'
    keys C-c
    sees 'north-1: cancel what is left of it? [y/N]'
    keys y Enter
    sees 'north-1 cancelled'
    await test -s status
    [ "$(cat status)" = 130 ]
    [ "$(lbctl list --raw last | grep -c ' cancelled ')" -eq 1 ]
    term_start lbctl run sleep 600s jobs=30
    sees 'accepted by north'
    keys C-c
    sees '[y/N]'
    keys Enter
    sees 'lbctl wait north-2'
    await test -s status
    [ "$(cat status)" = 130 ]
    lbctl list --raw last | grep -q ' running '
    lbctl cancel -y last
    term_start lbctl run sleep 600s jobs=30
    sees 'accepted by north'
    keys C-c
    sees 'north-3: cancel what is left of it? [y/N]'
    keys C-c
    sees 'lbctl wait north-3'
    await test -s status
    [ "$(cat status)" = 130 ]
    lbctl list --raw last | grep -q ' running '
    lbctl cancel -y last
}

@test "--halt: the node ends what is left, and says so" {
    fails 2 '--halt: write now|soon,fail|success|done=N or N%' \
        lbctl run --halt sometimes fib 3
    fails 1 '1 done, 0 failed, 9 cancelled' \
        lbctl run --halt now,done=1 sleep ::: 0 600s 600s 600s 600s \
        600s 600s 600s 600s 600s
    grep -qx 'lbctl: halted after 1 job: 9 jobs cancelled' stderr
    [ "$(wc -l <stderr)" -eq 3 ]
    lbctl events | grep -q 'halt.*workload=north-1 done=1 failed=0 cancelled=9'
    # The other slot may have begun one before the node knew.
    fails 1 ' cancelled' lbctl run --halt soon,fail=5% --timeout 1ms sleep 600s \
        jobs=40
    lbctl events | grep -q 'halt.*workload=north-2 done=0 failed=2 '
    grep -q 'halted after 2 failures: [0-9]* jobs cancelled' stderr
}

@test "--pin: these nodes alone run the jobs, and they wait for them" {
    two_nodes
    fails 66 'no node "nowhere"' lbctl run --pin nowhere fib 3
    lbctl run --pin south fib n=1..40 >/dev/null
    [ "$(lbctl --json results last | jq -r '.results[].node' | uniq)" = south ]
    lbctl pause south
    lbctl submit --pin south sleep ms=1 jobs=4
    lbctl explain last.0 | grep -q 'only south may run it'
    lbctl resume south
    lbctl --timeout 60s wait last
    [ "$(lbctl --json results last | jq -r '.results[].node' | uniq)" = south ]
    lbctl status | grep -q 'Z  north  transfer jobs=[0-9]* to=south'
}

@test "what is not there is status 66" {
    lbctl run fib n=1..4 >/dev/null
    fails 66 'no workload north-99' lbctl show north-99
    fails 66 'no workload nobody-3' lbctl wait nobody-3
    fails 66 'north-1 has jobs 0..3' lbctl show north-1.9999
    fails 66 'no node "nowhere"; known: north' lbctl -n nowhere list
    fails 66 'no node "nowhere"; known: north' lbctl throttle nowhere 5
    fails 66 'unknown kind "fob"' lbctl kinds fob
}

@test "throttle: absolute, relative, in bounds, of one and of all" {
    two_nodes
    [ "$(lbctl throttle south)" = "south 50" ]
    [ "$(lbctl throttle south 70)" = "south 50 -> 70" ]
    [ "$(lbctl throttle south -5)" = "south 70 -> 65" ]
    [ "$(lbctl throttle south +5%)" = "south 65 -> 70" ]
    fails 2 'south refused 10: its floor is 20' lbctl throttle south 10
    fails 2 '"abc" is not a whole number' lbctl throttle abc
    fails 2 '"abc" is not a whole number' lbctl throttle south abc
    [ "$(lbctl throttle south)" = "south 70" ]
    [ "$(lbctl throttle all 90 | sort | tr '\n' ';')" = \
        "north 100 -> 90;south 70 -> 90;" ]
    [ "$(lbctl -n south throttle 30 --for 200ms)" = "south 90 -> 30" ]
    await at_90
    lbctl throttle --json north | grep -q '"new_pct":90'
}
at_90() { [ "$(lbctl throttle south)" = "south 90" ]; }

@test "pause, resume, drain, undrain" {
    two_nodes
    lbctl pause south | grep -q '^south: pause'
    lbctl pause south | grep -q 'already paused'
    await knows south pause
    lbctl resume south | grep -q '^south: run'
    fails 2 'drain south; confirm with -y' lbctl drain south
    lbctl drain south --wait -y
    fails 75 'draining' lbctl ping south
    fails 75 'draining' lbctl -n south submit fib 3
    await knows south drain
    fails 2 'last live node' lbctl drain north -y
    lbctl undrain south
    lbctl ping south
}

@test "drain of several: all of them, or none" {
    two_nodes
    fails 2 'all live nodes; --force drains them anyway; nothing done' \
        lbctl drain south,north -y
    lbctl ping south
    kill -STOP "$(cat pid.south)"
    fails 124 'nothing done' lbctl --timeout 5s drain north,south -y
    kill -CONT "$(cat pid.south)"
    lbctl ping north
    await lbctl ping south
    start_agent west "peers.node=127.0.0.1:$(port_of north)"
    await knows west run
    await west_knows
    lbctl drain south,west -y
    fails 75 draining lbctl ping west
    lbctl drain south,north --force -y
    fails 75 draining lbctl ping south
    fails 75 draining lbctl ping north
}

@test "all: who is lost is left out, and named" {
    two_nodes
    lbctl ping all
    kill -STOP "$(cat pid.south)"
    await silent south
    fails 69 'left out' lbctl throttle all 70
    grep -qx 'north 100 -> 70' stdout
    grep -qxE 'lbctl: south is (stale|lost): left out' stderr
    fails 69 'south is ' lbctl ping all
    grep -qxE 'lbctl: south is (stale|lost): left out' stderr
    grep -q '^north ' stdout
    fails 69 'south is ' lbctl policy all none
    fails 69 'nothing done' lbctl drain all -y
    fails 69 'south is ' lbctl pause all
    grep -q '^north: pause' stdout
    lbctl nodes all >/dev/null
    lbctl resume
    kill -CONT "$(cat pid.south)"
    await lbctl ping south
    await sees_both
    lbctl throttle all | grep -qx 'south 50'
}
silent() { lbctl nodes --raw | grep -qE "^$1 (stale|lost) "; }
west_knows() { lbctl -n west nodes --raw north | grep -q '^north run '; }
knows() { lbctl nodes --raw "$1" | grep -q "^$1 $2 "; }

@test "a workload is followed at its home, whoever is asked" {
    two_nodes
    [ "$(lbctl -n south submit fib n=1..3)" = south-1 ]
    lbctl wait south-1
    [ "$(lbctl results --raw south-1.2)" = 2 ]
    lbctl list -q | grep -qx south-1
    kill_agent south
    fails 69 'south, home of south-1, is not reachable; its jobs go on' \
        lbctl show south-1
}

@test "the workload of a home that left is not one that never was" {
    two_nodes
    lbctl -n south submit fib n=1..3
    lbctl wait south-1
    stop_agent south
    await has_left south
    fails 69 'south-1: its home south is not here' lbctl show south-1
    fails 66 'no workload west-1' lbctl show west-1
}
has_left() { not grep -q "^$1 " <(lbctl nodes --raw); }

@test "-n NAME asks that node, not the one that knew the way" {
    two_nodes
    # A node has no round trip to itself.
    lbctl nodes --raw --columns node,rtt | grep -qx 'north -'
    lbctl -n south nodes --raw --columns node,rtt | grep -qx 'south -'
}

@test "policy and placement" {
    fails 2 'unknown policy "recever"; policies: hybrid sender receiver symmetric static none' \
        lbctl policy recever
    lbctl policy sender difference=20 | grep -q '^north sender difference=20 '
    lbctl policy | grep -q '^north sender '
    fails 2 'unknown key "diference" (did you mean "difference"?)' \
        lbctl policy diference=3
    fails 2 'unknown key "foo"; keys: difference amount queue_max' \
        lbctl policy foo=1
    fails 2 'min_push low_rtt max_moves retry_max bootstrap duplicate' \
        lbctl policy foo=1
    lbctl placement round_robin | grep -q '^north round_robin '
    fails 2 'unknown placement "best"; placements: local drain' \
        lbctl placement best
    fails 0 balanced lbctl rebalance
}

@test "events, status, explain, config and kinds answer" {
    lbctl run fib 3 >/dev/null
    lbctl events --type submit | grep -q 'workload=north-1'
    lbctl events --json | grep -q '"evt":"submit".*"workload":"north-1"'
    lbctl status | grep -q '^nodes  1: 1 run'
    lbctl status --json | grep -q '^{"v":1,"nodes":{'
    lbctl status --as-hosts | grep -qx '\[node north\]'
    lbctl explain north | grep -q '^reason '
    lbctl explain last.0 | grep -q '^reason  *has ended at north'
    lbctl config show --changed | grep -q '^name = north'
    lbctl config check "$work/north.ini"
    lbctl kinds --json fib | grep -q '"nodes":1'
}

@test "events -f: the last ones, then what comes" {
    for i in 1 2 3 4 5 6 7 8; do
        lbctl pause >/dev/null
        lbctl resume >/dev/null
    done
    lbctl events >all
    [ "$(wc -l <all)" -gt 16 ]
    [ "$(lbctl events --lines 3)" = "$(tail -n 3 all)" ]
    [ -z "$(lbctl events --lines 0)" ]
    type=$(tail -n 1 all | awk '{ print $5 }')
    lbctl events --type "$type" >one
    [ "$(lbctl events --type "$type" --lines 2)" = "$(tail -n 2 one)" ]
    lbctl events -f >followed 3>&- &
    pid=$!
    lbctl events -f --since 1h >since 3>&- &
    other=$!
    await follows followed 10
    lbctl submit --name marked fib 3
    await grep -q workload=north-1 followed
    await grep -q workload=north-1 since
    kill $pid $other
    wait $pid $other || :
    [ "$(head -n 10 followed)" = "$(tail -n 10 all)" ]
    [ "$(head -n "$(wc -l <all)" since)" = "$(cat all)" ]
}
follows() { [ "$(wc -l <"$1")" -ge "$2" ]; }

@test "output: table, raw, JSON, ids; a pipe ends in silence" {
    lbctl run --name 'a b' fib n=1..3 >/dev/null
    [ "$(lbctl list -q)" = north-1 ]
    lbctl list --raw | grep -q '^north-1 a\\x20b fib done 3 '
    lbctl list --json | grep -q '"name":"a b"'
    lbctl list | head -1 | grep -q '^WORKLOAD'
    lbctl list --columns jobs,workload --raw | grep -qx '3 north-1'
    for i in $(seq 5); do lbctl submit -q fib 3 "jobs=$i"; done
    [ "$(lbctl list --sort jobs --raw --columns jobs | tr '\n' ' ')" = \
        "1 2 3 3 4 5 " ]
    [ "$(lbctl list --jobs north-1 --raw --columns job,state | tail -1)" = \
        "north-1.2 done" ]
}

@test "of many workloads list and status show the newest" {
    lbctl submit --hold fib 3
    for ((i = 0; i < 12; i++)); do
        lbctl run -q noop jobs=1 >ones
    done
    [ "$(lbctl list --raw --columns workload --limit 2 2>err | xargs)" = \
        'north-12 north-13' ]
    grep -q '2 of 13 workloads; --limit 13 shows all' err
    lbctl status >out
    [ "$(sed -n 4p out | cut -d' ' -f1)" = north-1 ]
    [ "$(sed -n 5p out | cut -d' ' -f1)" = north-13 ]
    [ "$(grep -c ' done ' out)" -eq 10 ]
    grep -qx 'and 2 more that have ended: lbctl list' out
    [ "$(lbctl --json status | jq '.workloads | length')" -eq 13 ]
}

@test "27: commands are off unless the node is told to run them" {
    ! lbctl nodes --json | jq -e '.nodes[0].kinds | tostring |
        test("command")' >/dev/null ||
        skip "the node offers commands"
    run lbctl run -- ls
    [ "$status" -eq 77 ]
    [ "$output" = "lbctl: north does not run commands; set jobs.commands = yes (root, where root runs it) in node.ini there" ]
}

@test "results of several kinds go to one file, none is lost" {
    printf 'fib 10\nsleep 0\nfib 11\n' >jobs.txt
    lbctl run --results r.csv -a jobs.txt >/dev/null 2>&1
    [ "$(cut -d, -f7 r.csv | sort | tr '\n' ' ')" = '55 89 done result ' ]
    lbctl run --results r -a jobs.txt >/dev/null 2>&1
    [ "$(cat r/0/result r/1/result r/2/result)" = 5589done ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# lbctl without any agent: what is wrong is said, with its place and way out.
# The numbers are rows of the table of bad input.
# shellcheck disable=SC2154,SC1083  # lib.bash sets $work; {} is of lbctl

load lib.bash

setup() { lb_setup; }
teardown() { lb_teardown; }

@test "1: nothing said is a usage error of three lines" {
    fails 2 'usage: lbctl' lbctl
    [ "$(wc -l <stderr)" -eq 3 ]
    [ ! -s stdout ]
}

@test "2: a wrong word is answered with the nearest one" {
    fails 2 'lbctl: unknown command "sumbit" (did you mean "submit"?)' \
        lbctl sumbit
    fails 2 'unknown command "sub"; commands are not abbreviated' lbctl sub
    fails 2 'unknown option "--retris" (did you mean "--retries"?)' \
        lbctl submit --retris 2 fib 3
    fails 2 'unknown option "--frobnicate"' lbctl --frobnicate list
}

@test "3: durations carry a unit" {
    fails 2 '--timeout: "5" has no unit; write 5s or 5min' \
        lbctl --timeout 5 list
    local bad
    for bad in -1s 1y nan; do
        fails 2 "--timeout: \"$bad\" is not a duration (250ms 10s 5min 2h 1d)" \
            lbctl "--timeout=$bad" list
    done
    fails 2 '"999999999999h" is too long' lbctl --timeout 999999999999h list
}

@test "a limit may be in per cent of the median run time" {
    run lbctl run --dry-run --timeout 150% -- ls
    [ "${lines[0]}" = ls ]
    [ "${lines[1]}" = \
        'lbctl: time-out of an attempt: 150% of the median run time' ]
    lbctl run --dry-run --json --timeout 150% -- ls | jq -e '.timeout_pct == 150'
    lbctl run --dry-run --json --timeout 9% --timeout 2s -- ls |
        jq -e '.timeout_s == 2 and .timeout_pct == null'
    printf '{"kind":"fib","params":{"n":3},"options":{"timeout":"1%%"}}' >j.json
    lbctl run --dry-run --json --from-json j.json | jq -e '.timeout_pct == 1'
    local bad
    for bad in 0% 65536% -1% 1.5% % x% 5%%; do
        fails 2 "--timeout: \"$bad\" is not a duration, nor per cent" \
            lbctl run "--timeout=$bad" -- ls
    done
}

@test "4: options that contradict" {
    fails 2 '--color: "sometimes" is not one of auto always never' \
        lbctl --color=sometimes list
    fails 2 '--json and --raw exclude each other' lbctl --json --raw list
    fails 2 '--json and --raw exclude each other' lbctl list --raw --json
}

@test "a job log is a file" {
    fails 2 '--joblog -: the log has a file of its own' \
        lbctl run --joblog - -- true
    [ ! -e ./- ]
}

@test "5: addresses that are none" {
    fails 2 '-n: port "99999" is not in 1024..65532' \
        lbctl -n host:99999 list
    fails 2 '-n: port "" is not in 1024..65532' lbctl -n host: list
    fails 66 'no node "nowhere-at-all"' lbctl -n nowhere-at-all list
}

@test "6: no agent runs" {
    fails 69 "no agent reachable: $work/none.sock: no such file; start one with \"systemctl start lbagent\" or give -n" \
        lbctl -n "ipc://$work/none.sock" list
    fails 69 'no agent reachable: 127.0.0.1:1025: connection refused; is its listen.port another one?' \
        lbctl -n 127.0.0.1:1025 list
    # 127.7.7.7: nobody listens there, whoever uses the default ports.
    fails 69 'no agent reachable: 127.7.7.7:8490: connection refused; is its listen.port another one?' \
        lbctl -n 127.7.7.7 list
}

@test "7: a socket that is not for everybody" {
    local as=()
    mkdir locked
    chmod 000 locked
    # Root may open any socket: somebody else asks.
    if [ "$(id -u)" -eq 0 ]; then
        cp "$(command -v lbctl)" "$work/lbctl"
        chmod 755 "$work" "$work/lbctl"
        as=(setpriv --reuid=65534 --regid=65534 --clear-groups
            env "XDG_STATE_HOME=$work/locked" "$work/lbctl")
    else
        as=(lbctl)
    fi
    fails 77 "permission denied; join group lbagent" \
        "${as[@]}" -n "ipc://$work/locked/control.sock" list
}

@test "8: somebody else answers" {
    command -v python3 >/dev/null || skip "no python3 to play somebody else"
    python3 -c '
import socket, sys
s = socket.socket()
for port in range(21003, 29003, 7):
    try:
        s.bind(("127.0.0.1", port)); break
    except OSError:
        pass
s.listen(8)
print(port - 3, flush=True)
while True:
    c, _ = s.accept()
    c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 8)
    c.close()
' >other 3>&- &
    local pid=$!
    await test -s other
    local rc=0
    fails 69 "127.0.0.1:$(cat other) does not speak the lbagent protocol" \
        lbctl --timeout 1s -n "127.0.0.1:$(cat other)" ping || rc=1
    kill "$pid"
    [ $rc -eq 0 ]
}

@test "13: client.ini is checked, with the line" {
    mkdir -p "$XDG_CONFIG_HOME/lbagent"
    printf '# mine\nnode = alpha\nnod = beta\ntimeout = 5\n' \
        >"$XDG_CONFIG_HOME/lbagent/client.ini"
    fails 78 'client.ini:3: unknown key "nod" (did you mean "node"?)' \
        lbctl list
    grep -qF 'client.ini:4: timeout: "5" has no unit' stderr
    printf 'output = json\n' >"$XDG_CONFIG_HOME/lbagent/client.ini"
    lbctl kinds noop | grep -q '^{"v":1,'
    LB_OUTPUT=raw lbctl kinds noop | grep -q '^noop'
    lbctl --json kinds noop | grep -q '^{"v":1,'
    LB_CONFIG=$work/none.ini fails 66 'none.ini: no such file' lbctl kinds
}

@test "14: a kind is needed, and a known one" {
    fails 2 'submit: say a KIND, or "--" and a command; "lbctl kinds" lists kinds' \
        lbctl submit
    fails 2 'unknown kind "fibb" (did you mean "fib"?)' lbctl submit fibb 9
}

@test "options that users of GNU parallel type" {
    [ "$(lbctl run -k --dry-run -- echo ::: a b)" = $'echo a\necho b' ]
    fails 2 'no option "-j": slots belong to nodes: workers.count there, or' \
        lbctl run -j 4 -- echo ::: a
    fails 2 'no option "-j": slots' lbctl run -j4 -- echo ::: a
    fails 2 'no option "--jobs": slots' lbctl submit --jobs=4 -- echo ::: a
    fails 2 'no option "-N": a job has one value of each source' \
        lbctl run -N2 -- echo ::: a b
    fails 2 'unknown option "-c"; a program goes behind "--"' \
        lbctl run tar -c {} ::: a
    fails 2 'unknown option "--rsyncable"; a program goes behind "--"' \
        lbctl run gzip --rsyncable {} ::: a
    fails 2 'unknown option "-j"' lbctl list -j 4
    not grep slots stderr
}

@test "16, 17, 18: parameters out of range, unknown, doubled" {
    fails 2 'fib: n: 94 is outside 0..93 (the result would not fit 64 bits)' \
        lbctl submit fib n=94
    fails 2 'n: -5 is outside 0..93' lbctl submit fib n=-5
    fails 2 'n: -5 is outside 0..93' lbctl submit fib -5
    fails 2 'n: "9.5" is not a whole number' lbctl submit fib n=9.5
    fails 2 'n: "abc" is not a whole number' lbctl submit fib n=abc
    fails 2 'fib: n is missing' lbctl submit fib
    fails 2 'fib: no parameter "m"; it takes n, repeat' lbctl submit fib m=9
    fails 2 'fib: n given twice' lbctl submit fib n=1 n=2
    fails 2 'n: range 9..1 is empty' lbctl submit fib n=9..1
    fails 2 'n: step must be 1 or more' lbctl submit fib n=1..9:0
    fails 2 'sleep: ms: "100s50" is neither a whole number of milliseconds nor a duration' \
        lbctl submit sleep 100s50
}

@test "19, 20: files" {
    fails 66 'none.txt: no such file' lbctl submit digitsum file=none.txt
    fails 66 '/etc: is a directory' lbctl submit digitsum file=/etc
    fails 66 'not a regular file' lbctl submit digitsum file=/dev/null
    echo 123 >nums.txt
    fails 2 'digitsum: chunk: 0 is outside 1..2147483648' \
        lbctl submit digitsum file=nums.txt chunk=0
    if [ "$(id -u)" -ne 0 ]; then
        chmod 000 nums.txt
        fails 66 'permission denied' lbctl submit digitsum file=nums.txt
    fi
}

@test "22: a vector that would overflow" {
    fails 2 'vecinc: start + iterations x by does not fit 64 bits' \
        lbctl submit vecinc iterations=1000000000000 by=2147483648
}

@test "23, 24: workload files" {
    fails 66 'jobs.txt: no such file' lbctl submit -a jobs.txt
    printf '# nothing\n\n' >jobs.txt
    fails 2 'jobs.txt: no jobs' lbctl submit -a jobs.txt
    {
        echo 'sleep 100'
        echo '  # a comment'
        echo 'fib n=90'
        echo 'slepe 5'
        echo 'fib "n=9'
        printf 'fib \0 3\n'
        head -c 70000 /dev/zero | tr '\0' 'x'
        echo
    } >jobs.txt
    fails 2 'jobs.txt:4: unknown kind "slepe" (did you mean "sleep"?)' \
        lbctl submit -a jobs.txt
    grep -qF 'jobs.txt:5: a quote is not closed' stderr
    grep -qF 'jobs.txt:6: a NUL byte' stderr
    grep -qF 'jobs.txt:7: line longer than 64 KiB' stderr
    grep -qF '4 bad lines, nothing submitted' stderr
    for i in $(seq 30); do echo "bad $i"; done >jobs.txt
    fails 2 'jobs.txt:20: ' lbctl submit -a jobs.txt
    not grep -qF 'jobs.txt:21: ' stderr
    grep -qF '30 bad lines' stderr
}

@test "24: --skip-bad keeps the good lines" {
    printf 'sleep 5\nslepe 6\nfib 7\nsleep 8\n' >jobs.txt
    run lbctl submit --dry-run --skip-bad --raw -a jobs.txt
    [ "$status" -eq 0 ]
    [[ "$output" == *'0 sleep'*'ms=5'*'1 sleep'*'ms=8'*'0 fib'*'n=7'* ]]
}

@test "files that travel are there, and have a place" {
    mkdir -p d/e
    echo one >d/e/a.log
    echo two >"$work/b"
    mkfifo pipe
    lbctl run --dry-run --json --transfer {} --return {/.}.gz -- gzip -k {} \
        ::: d/e/a.log "$work/b" "d/./e/a.log" >jobs.json
    [ "$(jq -c '[.jobs[] | .transfer[]]' jobs.json)" = \
        '["d/e/a.log","b","e/a.log"]' ]
    run lbctl run --dry-run --transfer {} --return {/.}.x -- wc -c {} ::: d/e/a.log
    [ "$output" = 'wc -c d/e/a.log' ]
    fails 66 'job 1: --transfer: none: no such file' \
        lbctl run --transfer {} -- cat {} ::: b none
    fails 66 '--transfer: d: is a directory' lbctl run --transfer d -- ls
    fails 66 '--transfer: pipe: no regular file' lbctl run --transfer pipe -- ls
    fails 2 '--transfer: ../x: ".." leads out of the directory of the job' \
        lbctl run --transfer ../x -- ls
    fails 2 '--return: /x: is absolute' lbctl run --return /x -- ls
    fails 2 '--return: a/../../x: ".."' lbctl run --return a/../../x -- ls
    fails 2 'd/e/./a.log: is in the way of another file, at a.log' lbctl run \
        --transfer "$work/d/e/a.log" --transfer d/e/./a.log -- ls
    fails 2 '{%}: the slot is known only when the job runs' \
        lbctl run --return {%} -- ls ::: a
    fails 2 '--return: {3}: there are only 2 inputs' \
        lbctl run --return {3} -- ls ::: a ::: b
    fails 2 '--cwd has no place beside --transfer and --return' \
        lbctl run --cwd / --return x -- ls
    fails 2 '--return is for commands' lbctl run --return x fib 3
    echo 'command ls' >jobs.txt
    fails 2 '--transfer is for commands' \
        lbctl run --transfer b -a jobs.txt
    fails 69 'no agent reachable' lbctl -n 127.0.0.1:1025 run --transfer b -- ls
    [ "$(id -u)" -eq 0 ] || {
        chmod 000 b
        fails 66 '--transfer: b: permission denied' lbctl run --transfer b -- ls
    }
}

@test "25: a command is needed, and an input for each number" {
    fails 2 'submit: no command after "--"' lbctl submit --
    fails 2 'run: no command after "--"' lbctl run -- ::: a
    fails 2 '{3}: there are only 2 inputs' \
        lbctl submit -- echo '{3}' ::: a ::: b
    fails 2 ':::+: there is no source before it' lbctl run -- echo :::+ a
}

@test "25: braces that no source gives a value" {
    echo 3 | lbctl run --dry-run -- echo {} >out 2>err
    [ "$(cat out)" = "echo '{}'" ]
    grep -q '^lbctl: nothing gives {} a value, .*; give ::: VALUES, or :::: -' err
    lbctl run --dry-run -I @ -- echo @ 2>err
    grep -q 'nothing gives @ a value' err
    lbctl run --dry-run -- awk '{ print }' 2>err
    [ ! -s err ]
    echo 3 | lbctl run --dry-run -- echo {} :::: - 2>err
    [ ! -s err ]
}

@test "24: inputs that cannot be values" {
    printf 'a\nb\0c\n' >jobs.txt
    fails 2 'jobs.txt:2: a NUL byte' lbctl run -- echo :::: jobs.txt
    fails 66 'none.txt: no such file' lbctl run -- echo :::: none.txt
    fails 2 '--colsep: "(" is no extended regular expression' \
        lbctl run --colsep '(' -- echo ::: a
}

@test "29: variables have a name of their own" {
    fails 2 '--env: "FOO" is not NAME=VALUE' lbctl run --env FOO -- ls
    fails 2 '--env: LB_ names are reserved' lbctl run --env LB_X=1 -- ls
    fails 2 '--env is for commands' lbctl run --env A=b --dry-run fib 3
    fails 2 '--shell is for commands' lbctl run --shell --dry-run fib 3
}

@test "commands are printed as a shell reads them" {
    run lbctl run --dry-run -- printf '<%s>' {} ::: 'a b' "it's"
    [ "${lines[0]}" = "printf '<%s>' 'a b'" ]
    [ "$(bash -c "${lines[1]}")" = "<it's>" ]
    lbctl run --dry-run --json -- ls {} ::: 'a b' |
        jq -e '.jobs[0] | .argv == ["ls", "a b"] and .kind == "command"'
    run lbctl run --dry-run --raw -- ls ::: 'a b'
    [ "$output" = "0 command 1 ls\\x20'a\\x20b'" ]
    [ "$(lbctl run --dry-run command ls ::: 'a b')" = "ls 'a b'" ]
    printf 'a b\n' >jobs.txt
    [ "$(lbctl run --dry-run -a jobs.txt command ls)" = "ls 'a b'" ]
    printf 'command gzip "a b.log"\nfib 3\n' >jobs.txt
    run lbctl submit --dry-run -a jobs.txt
    [[ $output == "gzip 'a b.log'"*fib* ]]
}

@test "26: no values are no error" {
    fails 0 'no input values, nothing to do' lbctl submit fib :::
    fails 0 'no input values, nothing to do' lbctl run -- ls :::
}

@test "30, 31: options out of range or at odds" {
    fails 2 '--retries: 101 is outside 0..100' lbctl submit --retries 101 fib 1
    fails 2 '--priority: 10 is outside 0..9' lbctl submit --priority 10 fib 1
    fails 2 '--cost: 0 must be above 0' lbctl submit --cost 0 fib 1
    fails 2 '--once and --retries exclude each other' \
        lbctl submit --once --retries 3 fib 1
    fails 2 '--ship: "mail" is not one of auto path bytes' \
        lbctl submit --ship=mail fib 1
}

@test "35: selectors" {
    start_socketless() { lbctl -n "ipc://$work/none.sock" "$@"; }
    fails 2 '"12x" is not a selector; write NODE-N, LABEL-N, NODE-N.INDEX, last or all' \
        start_socketless show 12x
    fails 66 'last: no workload was submitted from here yet' \
        start_socketless show last
}

@test "states that are none" {
    fails 2 '"foo" is not one of held,running,incomplete,done,failed,cancelled, the' \
        lbctl list --state done,foo
    fails 2 'those of jobs are with --jobs' lbctl list --state queued
    fails 2 '"foo" is not one of held,queued,running,done' \
        lbctl list --state foo --jobs
    fails 69 'no agent reachable' \
        lbctl -n 127.0.0.1:1025 list --state queued,done --jobs
}

@test "40: throttle values" {
    fails 2 'throttle: 0 is outside 1..100; use pause' lbctl throttle 0
    fails 2 'throttle: 101 is outside 1..100' lbctl throttle 101
    fails 2 'throttle: "5.5" is not a whole number' lbctl throttle 5.5
    fails 2 'throttle: "" is not a whole number' lbctl throttle ''
    # -5 is a value and no option: it gets as far as the missing agent.
    fails 69 'no agent reachable' lbctl -n 127.0.0.1:1025 throttle south -5
}

@test "44: columns" {
    fails 2 'no column "foo"; columns: workload name kind' \
        lbctl list --columns foo
    fails 2 'no column "foo"' lbctl nodes --sort foo
}

@test "47: gen-workload" {
    fails 2 '"x" is not a whole number' lbctl gen-workload x
    fails 2 '--dist: "foo" is not one of constant uniform exp pareto' \
        lbctl gen-workload 3 --dist foo
    echo mine >out.txt
    fails 2 'out.txt: exists; --force overwrites' \
        lbctl gen-workload 3 -o out.txt
    [ "$(cat out.txt)" = mine ]
    lbctl gen-workload 3 -o out.txt --force
    [ "$(grep -c '^sleep 100$' out.txt)" -eq 3 ]
}

@test "gen-workload gives the same for the same seed" {
    local dist
    for dist in uniform exp pareto; do
        lbctl gen-workload 50 --dist $dist --seed 7 >one
        lbctl gen-workload 50 --dist $dist --seed 7 >two
        lbctl gen-workload 50 --dist $dist --seed 8 >three
        cmp one two
        not cmp -s one three
        [ "$(wc -l <one)" -eq 50 ]
    done
}

@test "help is on stdout, with status 0, and at most 25 lines a command" {
    local cmd
    lbctl --help | grep -q submit
    lbctl --version | grep -q '^lbctl [0-9]'
    lbctl --version=full | grep -q '^protocol 1..1'
    for cmd in $(lbctl help | sed -n '/^Commands/,/^Options/p' |
        grep '^ '); do
        [ "$cmd" != top ] || continue # all but its name is of lbtop
        lbctl help "$cmd" >one
        lbctl "$cmd" --help >two
        cmp one two
        [ "$(wc -l <one)" -le 25 ]
        head -1 one | grep -q "^  lbctl"
        lbctl "$cmd" --usage | grep -q "^usage: lbctl $cmd"
    done
}

@test "options stand before or after the words" {
    lbctl kinds --raw fib >one
    lbctl --raw kinds fib >two
    lbctl kinds fib --raw >three
    cmp one two
    cmp one three
}

@test "--dry-run shows the jobs and asks nobody" {
    run lbctl submit --dry-run --json fib ::: 3 4
    [ "$status" -eq 0 ]
    [[ "$output" == *'"index":0'*'n=3'*'"index":1'*'n=4'* ]]
    printf '5\n6\n' >values
    [ "$(lbctl submit --dry-run -q -a values fib repeat=2 | wc -l)" -eq 2 ]
    [ "$(lbctl submit --dry-run -q fib n=1..9:2 | wc -l)" -eq 5 ]
    [ "$(lbctl submit --dry-run -q sleep 5 jobs=7 | wc -l)" -eq 7 ]
}

@test "--from-json: words of commands are lists" {
    printf '{"kind":"command","jobs":[{"argv":["gzip","a b"]},{"argv":["ls",""],"env":["A=1"]}]}' >j.json
    run lbctl submit --dry-run --from-json j.json
    [ "$output" = "gzip 'a b'"$'\n'"ls ''" ]
    printf '{"kind":"command","params":{"argv":"ls"}}' >j.json
    fails 2 'params.argv: a list of texts' lbctl submit --from-json j.json
    printf '{"kind":"command","params":{"argv":["ls"],"env":["x"]}}' >j.json
    fails 2 'command: env: "x" is not NAME=VALUE' \
        lbctl submit --from-json j.json
}

@test "--from-json: what is wrong has its place" {
    echo '{"kind":"fib","jobs":[{"n":3},{"n":94}]}' >j.json
    fails 2 'j.json: fib: n: 94 is outside 0..93' \
        lbctl submit --from-json j.json
    echo '{"kind":"fib","params":{"n":3},' >j.json
    fails 2 'j.json:' lbctl submit --from-json j.json
    echo '{"kind":"fib","parms":{"n":3}}' >j.json
    fails 2 'unknown field "parms"' lbctl submit --from-json j.json
    echo '{"kind":"fib","params":{"n":3},"options":{"retries":101}}' >j.json
    fails 2 'options.retries' lbctl submit --from-json j.json
    fails 66 'none.json: no such file' lbctl submit --from-json none.json
}

@test "the manual names every command and every option" {
    local cmd option page=$LB_SRC/man/lbctl.1
    [ -r "$page" ] || skip "no manual beside the tests"
    for cmd in $(lbctl help | sed -n '/^Commands/,/^Options/p' |
        grep '^ '); do
        grep -qE "(It|,) Cm $cmd\\b" "$page" || { echo "no $cmd" >&2; false; }
        [ "$cmd" != top ] || continue # its options are those of lbtop
        for option in $(lbctl help "$cmd" | grep -oE -- '--[a-z][a-z-]+' |
            sort -u); do
            grep -qF -- "Fl -${option#--}" "$page" ||
                { echo "$cmd: no $option" >&2; false; }
        done
    done
}

@test "top is lbtop, with its own options" {
    [ "$(lbctl top --demo 3 --dump 80x24 --no-config)" = \
        "$(lbtop --demo 3 --dump 80x24 --no-config)" ]
    run -2 lbctl top --dely
    [[ $output = *"lbtop: unknown option --dely"* ]]
}

#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Kills one of three agents about each second with SIGKILL and starts it again,
# while jobs are submitted to all of them; then counts what came out:
# every job that was acknowledged must have its result, once.
# The seed chooses whom, when and for how long; the machine adds its own.
set -u

usage() {
    cat <<'END'
Usage: tests/e2e/kill.sh [OPTION]...

  --full       20,000 jobs, 40 to a workload, in about two minutes; without
               it 4,000, 50 to a workload, in about 15 s
  --jobs N     so many jobs
  --seed N     chooses the faults; default: drawn and printed
  --keep       leaves the folder with the logs
  --quick-disk agents as they are; else each sync takes 20 ms, so that what is
               acknowledged too early is caught
LB_BUILD says where the programs are (default build).
END
}

here=$(cd "$(dirname "$0")" && pwd) || exit 1
BATS_TEST_DIRNAME=$here         # lib.bash starts from there
# shellcheck source=tests/e2e/lib.bash
. "$here/lib.bash"

jobs=4000 size=50 keep='' slow_disk=1 seed=$((RANDOM * 32768 + RANDOM))
while [ $# -gt 0 ]; do
    case $1 in
    --full) jobs=20000 size=40 ;;
    --jobs) jobs=${2:?--jobs needs a number}; shift ;;
    --seed) seed=${2:?--seed needs a number}; shift ;;
    --keep) keep=1 ;;
    --quick-disk) slow_disk= ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

nodes=(a b c)
declare -A pid port back        # back: when it is to start again, in ms
kills=0 slow=0 aimed=0
failed=''

now_ms() {
    local t=${EPOCHREALTIME/[.,]/}
    echo "${t%???}"
}

# Random number below $1, in $drawn. (A subshell would repeat the sequence.)
draw() {
    drawn=$(((RANDOM * 32768 + RANDOM) % $1))
}

# ---- agents -----------------------------------------------------------------

configure() { # NAME
    local peer
    mkdir -p "$work/$1/state" "$work/$1/run"
    {
        printf '[node]\nname = %s\ncluster = kill-%s\n' "$1" "$$"
        printf 'state_dir = %s/state\nrun_dir = %s/run\n' "$work/$1" "$work/$1"
        printf '[listen]\nport = %s\n[peers]\nnode =\n' "${port[$1]:-0}"
        for peer in "${nodes[@]}"; do
            [ -z "${port[$peer]:-}" ] || [ "$peer" = "$1" ] ||
                printf '    %s@127.0.0.1:%s\n' "$peer" "${port[$peer]}"
        done
        printf '[workers]\ncount = 4\n[jobs]\nlost_limit = 100\n'
    } >"$work/$1.ini"
}

launch() { # NAME
    # A killed agent leaves its file: only a new one says that it is ready.
    rm -f "$work/$1/run/endpoint"
    LD_PRELOAD=$preload lbagent -c "$work/$1.ini" >>"$work/$1.log" 2>&1 3>&- &
    pid[$1]=$!
    disown "$!"                 # a shell tells of each of its jobs that dies
    echo "${pid[$1]}" >"$work/pid.$1"
}

# shellcheck disable=SC2317  # called by await
is_ready() { # NAME
    [ -s "$work/$1/run/endpoint" ]
}

# While a node was down another program took its ports.
is_shut_out() { # NAME
    ! kill -0 "${pid[$1]}" 2>/dev/null &&
        tail -n 1 "$work/$1.log" | grep -q 'address in use'
}

# shellcheck disable=SC2317  # called by await
comes_back() { # NAME
    is_ready "$1" && return 0
    if is_shut_out "$1"; then launch "$1"; fi
    return 1
}

# shellcheck disable=SC2317  # called by await
sees_all() { # NAME
    [ "$(lbctl -n "$(control_of "$1")" --json nodes |
        jq '[.nodes[] | select(.phase == "run")] | length')" \
        -eq ${#nodes[@]} ]
}

start_all() {
    local n
    for n in "${nodes[@]}"; do
        configure "$n"
        launch "$n"
        await is_ready "$n" || return 1
        port[$n]=$(port_of "$n")
    done
    # From now on each keeps its ports and knows the others.
    for n in "${nodes[@]}"; do
        configure "$n"
        kill -HUP "${pid[$n]}"
    done
    for n in "${nodes[@]}"; do
        await sees_all "$n" || return 1
    done
}

# NAME, which has been killed: draws when it is to be back, mostly at once, at
# times after its peers have given it up for dead.
goes_down() {
    while kill -0 "${pid[$1]}" 2>/dev/null; do
        sleep 0.01
    done
    kills=$((kills + 1))
    draw 20
    case $drawn in
    0) back[$1]=$(($(now_ms) + 6000)); slow=$((slow + 1)) ;;
    1 | 2 | 3) back[$1]=$(($(now_ms) + 1500)) ;;
    *) back[$1]=$(now_ms) ;;
    esac
}

# Those that the submitter has shot, by the process numbers that it left.
count_shots() {
    local n
    for n in "${nodes[@]}"; do
        [ -e "$work/shot.$n" ] || continue
        if [ "$(cat "$work/shot.$n")" = "${pid[$n]}" ] &&
            [ -z "${back[$n]:-}" ]; then
            aimed=$((aimed + 1))
            goes_down "$n"
        fi
        rm "$work/shot.$n"
    done
}

kill_one() {
    local n
    draw ${#nodes[@]}
    n=${nodes[$drawn]}
    [ -z "${back[$n]:-}" ] || return 0
    if kill -KILL "${pid[$n]}" 2>/dev/null; then
        goes_down "$n"
        return 0
    fi
    # Shot this very moment, perhaps.
    sleep 0.5
    count_shots
    if [ -z "${back[$n]:-}" ] && is_shut_out "$n"; then
        back[$n]=$(($(now_ms) + 500))
    fi
    [ -n "${back[$n]:-}" ] || failed="$n ended by itself"
    [ -z "$failed" ]
}

bring_back() {
    local n now
    now=$(now_ms)
    for n in "${nodes[@]}"; do
        if [ -n "${back[$n]:-}" ] && [ "$now" -ge "${back[$n]}" ]; then
            back[$n]=
            launch "$n"
        fi
    done
}

# Until no more is submitted.
torment() { # PID OF THE SUBMITTER
    local next
    next=$(($(now_ms) + 1000))
    while kill -0 "$1" 2>/dev/null; do
        count_shots
        bring_back
        if [ "$(now_ms)" -ge "$next" ]; then
            kill_one || return 1
            draw 1000
            next=$((next + 500 + drawn))
        fi
        sleep 0.05
    done
}

# ---- jobs -------------------------------------------------------------------

# NODE [DELAY]: kills it, so many seconds from now.
shoot() {
    local at
    read -r at <"$work/pid.$1"
    [ -z "${2:-}" ] || sleep "$2"
    if kill -KILL "$at" 2>/dev/null; then
        echo "$at" >"$work/shooting.$1"
        mv "$work/shooting.$1" "$work/shot.$1"
    fi
}

# LABEL NODE AIM: one submission; adds "LABEL ACCEPTED" to submitted.tsv. The
# same key makes the same workload, however often it is asked for.
# AIM 0: NODE is killed about when it takes it; 1: as soon as it says that it
# has, when all must be on the disk.
submit() {
    local rc=0
    [ "$3" -ne 0 ] || shoot "$2" "0.0$((RANDOM % 20 + 10))" &
    lbctl --timeout 2s -n "$(control_of "$2")" submit --name "$1" \
        --id "$seed-$1" sleep ms=10 jobs=$size 2>"$work/said" |
        { read -r _ && [ "$3" -eq 1 ] && shoot "$2"; }
    rc=${PIPESTATUS[0]}
    case $rc in
    0) printf '%s\t%s\n' "$1" $size >>"$work/submitted.tsv" ;;
    69 | 75 | 124) printf '%s\t0\n' "$1" >>"$work/submitted.tsv" ;;
    *)
        echo "submit: status $rc: $(cat "$work/said")" >>"$work/wrong"
        ;;
    esac
    return "$rc"
}

# Until so many are acknowledged. What was not is given up or asked for again.
submit_all() {
    local acknowledged=0 i=0 label node aim
    RANDOM=$((seed % 32749 + 7))
    while [ "$acknowledged" -lt "$jobs" ]; do
        i=$((i + 1))
        label=w$i
        draw ${#nodes[@]}
        node=${nodes[$drawn]}
        draw 25
        aim=$drawn
        draw 2
        until submit "$label" "$node" "$aim"; do
            [ ! -e "$work/wrong" ] || return 1
            sleep 0.3
            [ "$drawn" -eq 1 ] || continue 2
            aim=2
        done
        acknowledged=$((acknowledged + size))
        sleep 0.04
    done
}

# ---- what came out ----------------------------------------------------------

# "WORKLOAD LABEL OPEN ENDED" of every workload of every node. (One that was
# never acknowledged may be there without any job.)
list_all() {
    local n
    for n in "${nodes[@]}"; do
        lbctl --timeout 5s -n "$(control_of "$n")" --json list --node "$n" \
            --limit 20000 || return 1
    done | jq -r '.workloads[] | [.workload, .name, .queued + .running,
        .done + .failed + .cancelled] | @tsv' >"$work/workloads.tsv"
}

# Until all jobs have ended; gives up when nothing has for a minute.
await_end() {
    local last=-1 ended left since
    since=$(now_ms)
    while :; do
        if list_all; then
            read -r left ended <<<"$(awk '{ l += $3; e += $4 }
                END { print l + 0, e + 0 }' "$work/workloads.tsv")"
            [ "$left" -gt 0 ] || return 0
            [ "$ended" -eq "$last" ] || since=$(now_ms)
            last=$ended
        fi
        [ $(($(now_ms) - since)) -lt 60000 ] || return 1
        sleep 0.2
    done
}

# "JOB STATE" of every result of every workload.
read_results() {
    local n
    for n in "${nodes[@]}"; do
        awk -v home="$n-" 'index($1, home) == 1 { print $1 }' \
            "$work/workloads.tsv" |
            xargs -r lbctl -n "$(control_of "$n")" --json results ||
            echo "results of $n: status $?" >>"$work/wrong"
    done | jq -r '.results[] | [.job, .state] | @tsv' >"$work/results.tsv"
}

# Prints the verdict; 0 if nothing is lost, twice or unasked for.
check() {
    awk -F '\t' -v size=$size '
        FILENAME ~ /submitted/ {
            if (!($1 in asked)) submitted += size
            asked[$1] = 1
            if ($2 > 0) { acknowledged += $2; known[$1] = $2 }
            next
        }
        FILENAME ~ /workloads/ {
            label[$1] = $2
            if (!($2 in asked)) print "  unexpected workload " $1
            next
        }
        {
            split($1, part, ".")
            name = label[part[1]]
            key = name "." part[2]
            if (key in seen) { duplicated++; next }
            seen[key] = 1
            if (!(name in asked) || part[2] >= size) unexpected++
            else if (!(name in known)) recovered++
            else if ($2 == "done") good[name]++
            else bad[$1 " " $2] = 1
        }
        END {
            for (job in bad) print "  not done: " job
            for (name in known)
                if (good[name] < known[name]) {
                    lost += known[name] - good[name]
                    print "  lost: " known[name] - good[name] " of " name
                }
            printf "submitted %d / acknowledged %d / lost %d / " \
                "duplicated %d / unexpected %d / recovered %d\n", submitted,
                acknowledged, lost, duplicated, unexpected, recovered
            exit lost + duplicated + unexpected > 0
        }' "$work/submitted.tsv" "$work/workloads.tsv" "$work/results.tsv"
}

# ---- the run ----------------------------------------------------------------

finish() { # STATUS
    if [ -n "$keep" ] || [ "$1" -ne 0 ]; then
        local n
        for n in "${nodes[@]}"; do
            [ ! -e "$work/pid.$n" ] || stop_agent "$n"
        done
        echo "logs: $work" >&2
    else
        lb_teardown
    fi
    exit "$1"
}

fail() {
    echo "seed $seed: FAIL: $*" >&2
    [ ! -e "$work/wrong" ] || cat "$work/wrong" >&2
    tail -n 5 "$work"/?.log >&2
    finish 1
}

lb_setup || exit 1
preload=
if [ -n "$slow_disk" ]; then
    preload=$(dirname "$(command -v lbagent)")/tests/tools/.libs/slow_sync.so
    [ -e "$preload" ] || { echo "$preload: not built" >&2; exit 1; }
fi
submitter=
trap '[ -z "$submitter" ] || kill "$submitter" 2>/dev/null; finish 130' INT TERM
RANDOM=$((seed % 32749 + 1))
start=$(now_ms)
start_all || fail 'the agents did not find each other'
submit_all 3>&- &
submitter=$!
torment "$submitter" || { kill "$submitter"; fail "$failed"; }
wait "$submitter" || fail 'a submission failed otherwise than it may'
submitter=
sleep 0.5
count_shots
for n in "${nodes[@]}"; do
    [ -z "${back[$n]:-}" ] || back[$n]=0
done
bring_back
for n in "${nodes[@]}"; do
    await comes_back "$n" || fail "$n did not start again"
done
await_end || fail 'jobs were left that did not end'
for n in "${nodes[@]}"; do
    kill -0 "${pid[$n]}" 2>/dev/null || fail "$n ended by itself"
done
read_results
[ ! -e "$work/wrong" ] || fail 'results cannot be read'
status=0
check || status=1
echo "seed $seed: $kills kills, $aimed of them at a submission," \
    "$slow for longer than dead_after," \
    "$((($(now_ms) - start) / 1000)) s"
[ "$status" -eq 0 ] || fail 'see above'
finish 0

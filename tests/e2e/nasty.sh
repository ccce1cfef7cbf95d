#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Kills agents by SIGKILL in the middle of commands that leave processes behind
# in every way there is, and counts those that are still there a second later;
# then runs commands that hang in every way there is, and counts those whose
# slot was not free again 2 s after their time-out and jobs.kill_after.
# One line with the sums; the status is 0 if nothing survived or was late.
set -u

usage() {
    cat <<'END'
Usage: tests/e2e/nasty.sh [OPTION]...

  --kills N    kills of an agent (20)
  --hung N     commands that hang (56)
  --keep       leaves the folder with the logs
LB_BUILD says where the programs are (default build).
END
}

here=$(cd "$(dirname "$0")" && pwd) || exit 1
BATS_TEST_DIRNAME=$here         # lib.bash starts from there
# shellcheck source=tests/e2e/lib.bash
. "$here/lib.bash"

kills=20 hung=56 keep=''
while [ $# -gt 0 ]; do
    case $1 in
    --kills) kills=${2:?--kills needs a number}; shift ;;
    --hung) hung=${2:?--hung needs a number}; shift ;;
    --keep) keep=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

slots=4 tree=6
timeout_ms=300 kill_after_ms=200
ways=(stubborn stop 'tree stays' hop deaf chatter 'bomb 5')

now_ms() {
    local t=${EPOCHREALTIME/[.,]/}
    echo "${t%???}"
}

# Processes with the mark $1, in $n.
count() {
    n=$(grep -lsxz "NASTY=$1" /proc/[0-9]*/environ | wc -l)
}

# MARK N MS: until there are so many, at most so long.
await_count() {
    local end=$(($(now_ms) + $3))
    while count "$1"; [ "$n" -ne "$2" ] && [ "$(now_ms)" -lt "$end" ]; do
        sleep 0.01
    done
    [ "$n" -eq "$2" ]
}

fail() {
    echo "nasty: $*" >&2
    keep=1
    exit 1
}

finish() {
    local file
    if [ -n "$keep" ]; then
        echo "nasty: logs are in $work" >&2
        for file in "$work"/pid.*; do
            [ -e "$file" ] && stop_agent "${file##*/pid.}"
        done
    else
        lb_teardown
    fi
}

start() { # [OPTION]...
    rm -rf "$work/north"
    start_agent north "jobs.commands=$own" "$@" || fail 'no agent'
    disown -a                   # a shell tells of each of its jobs that dies
    LB_NODE=$(control_of north)
    export LB_NODE
}

# One agent with a tree in each slot dies; at times its spawner or a shim does
# first. What is left after 1 s is counted in $survivors.
kill_one() { # NUMBER
    local mark=$$.$1 agent spawner some
    start "workers.count=$slots"
    lbctl -q submit --env "NASTY=$mark" -- "$nasty" tree stays \
        ::: 1 2 3 4 >"$work/submitted" ||
        fail 'not submitted'
    await_count "$mark" $((slots * tree)) 30000 ||
        fail "$n processes, not $((slots * tree))"
    agent=$(cat "$work/pid.north")
    spawner=$(pgrep -P "$agent" lbagent-spawn)
    some=$(pgrep -P "$spawner" | head -n 1)
    case $(($1 % 8)) in
    3) kill -KILL "$spawner" "$agent" ;;
    5) kill -KILL "$agent" "$spawner" "$some" ;;
    *) kill -KILL "$agent" ;;
    esac
    rm "$work/pid.north"
    await_count "$mark" 0 1000
    survivors=$((survivors + n))
    [ "$n" -eq 0 ] || grep -lsxz "NASTY=$mark" /proc/[0-9]*/environ >&2
}

hang() {
    local i each=$(((hung + ${#ways[@]} - 1) / ${#ways[@]})) w
    start "workers.count=$slots" "jobs.kill_after=${kill_after_ms}ms"
    for w in "${ways[@]}"; do
        # shellcheck disable=SC2086  # words
        seq "$each" | lbctl -q submit --timeout "${timeout_ms}ms" \
            --env "NASTY=$$.hung" -a - -- \
            "$nasty" $w {} >"$work/submitted" || fail 'not submitted'
    done
    for ((i = 1; i <= ${#ways[@]}; i++)); do
        lbctl -q wait "north-$i" >/dev/null 2>&1
        lbctl --json results "north-$i" 2>>"$work/cut" \
            >"$work/results.$i.json"
    done
    ended=$(jq -s '[.[].results[] | select(.error == "timeout")] | length' \
        "$work"/results.*.json)
    late=$(jq -s --argjson most "$((timeout_ms + kill_after_ms + 2000))" \
        '[.[].results[] | select(.run_s * 1000 > $most)] | length' \
        "$work"/results.*.json)
    slowest=$(jq -s '[.[].results[].run_s] | max' "$work"/results.*.json)
    hung=$((each * ${#ways[@]}))
    [ "$(lbctl run -- echo free 2>/dev/null)" = free ] || fail 'no slot is free'
    count "$$.hung"
    survivors=$((survivors + n))
}

lb_setup
trap finish EXIT
nasty=$work/nasty
cp "$(dirname "$(command -v lbagent)")/tests/tools/nasty" "$nasty" || exit 1
survivors=0 ended=0 late=0 slowest=0
for ((k = 1; k <= kills; k++)); do
    kill_one "$k"
done
[ "$hung" -eq 0 ] || hang
echo "kills $kills / survivors $survivors / hung $hung / ended $ended /" \
    "late $late / slowest $slowest s"
[ "$survivors" -eq 0 ] && [ "$ended" -eq "$hung" ] && [ "$late" -eq 0 ]

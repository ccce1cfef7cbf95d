#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Commands on a host that has hardly any process numbers, so that each is used
# again within moments, among strangers who have them in turn: no signal that
# is meant for a program of a job reaches one of those, whichever way programs
# are held; no zombie is left.
# In a PID namespace of its own; before Linux 6.14 a namespace had no bound of
# its own, and the host's is not touched: status 77, as where it is not root.
set -u

usage() {
    cat <<'END'
Usage: tests/e2e/pids.sh [OPTION]...

  --jobs N     commands, half of them for each way to hold programs (10000)
  --pids N     process numbers there are, 300 of them for the system (400)
  --keep       leaves the folder with the logs
LB_BUILD says where the programs are (default build).
END
}

jobs=10000 pids=400 keep='' words=("$@")
while [ $# -gt 0 ]; do
    case $1 in
    --jobs) jobs=${2:?--jobs needs a number}; shift ;;
    --pids) pids=${2:?--pids needs a number}; shift ;;
    --keep) keep=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
    shift
done

# Whether each PID namespace has its own bound here.
is_possible() {
    [ "$(id -u)" -eq 0 ] &&
        [ "$(printf '6.14\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.14 ] &&
        unshare --pid --fork --mount-proc true 2>/dev/null
}

if [ "$$" -ne 1 ]; then
    if ! is_possible; then
        echo 'pids: needs root and Linux 6.14'
        exit 77
    fi
    exec unshare --pid --fork --kill-child --mount-proc \
        bash "$0" ${words+"${words[@]}"}
fi

here=$(cd "$(dirname "$0")" && pwd) || exit 1
BATS_TEST_DIRNAME=$here         # lib.bash starts from there
# shellcheck source=tests/e2e/lib.bash
. "$here/lib.bash"

fail() {
    echo "pids: $*" >&2
    keep=1
    exit 1
}

# shellcheck disable=SC2317  # called by the trap
finish() {
    if [ -n "$keep" ]; then
        echo "pids: logs are in $work" >&2
    else
        lb_teardown
    fi
}

# Without this power there are no namespaces: a subreaper holds them.
without_power() {
    exec setpriv --bounding-set=-sys_admin "$(command -v lbagent)" "$@"
}

# Of a workload, all ended as they should: done, or by their time-out.
ended() { # WORKLOAD WHAT N
    local n
    lbctl -q --timeout 600s wait "$1" >/dev/null 2>&1
    n=$(lbctl --json results "$1" | jq "[.results[] | select($2)] | length")
    [ "$n" -eq "$3" ] || fail "$1: $n of $3"
}

zombies() { grep -lsE '^State:[[:space:]]Z' /proc/[0-9]*/status | wc -l; }
# shellcheck disable=SC2317  # called by await
no_zombies() { [ "$(zombies)" -eq 0 ]; }

# Short ones, of which some leave a child behind and some wait for children;
# those that only a time-out ends; and one that the throttle stops and
# continues all the time, with children that come and go.
hold() { # namespace|subreaper
    local n=$((jobs / 2)) hung=$((jobs / 250))
    rm -rf "$work/north"
    if [ "$1" = subreaper ]; then
        lbagent() { without_power "$@"; }
    fi
    start_agent north "jobs.commands=$own" workers.count=3 workers.nice=0 \
        throttle.method=signal jobs.kill_after=20ms || fail 'no agent'
    unset -f lbagent
    logged north "hold=$1 " || fail "not held by $1"
    LB_NODE=$(control_of north)
    export LB_NODE
    lbctl -q submit -- sh -c 'while :; do true & wait $!; done' >/dev/null ||
        fail 'not submitted'
    lbctl throttle north 90 >/dev/null || fail 'no throttle'
    # shellcheck disable=SC2016  # of the inner shell
    seq "$n" | lbctl -q submit -a - -- sh -c 'case $1 in
        *0) sleep 60 & ;; *5) true & true & wait ;; esac' sh {} >/dev/null ||
        fail 'not submitted'
    seq "$hung" | lbctl -q submit --timeout 20ms -a - -- "$nasty" hop \
        >/dev/null || fail 'not submitted'
    ended north-2 '.state == "done"' "$n"
    ended north-3 '.error == "timeout"' "$hung"
    lbctl -q cancel -y north-1 >/dev/null
    await no_zombies || fail "$(zombies) zombies"
    stop_agent north
}

lb_setup
trap finish EXIT
echo "$pids" >/proc/sys/kernel/pid_max || fail 'no bound of process numbers'
nasty=$work/nasty
cp "$(dirname "$(command -v lbagent)")/tests/tools/nasty" "$nasty" || exit 1
mkfifo "$work/until"
"$(dirname "$(command -v lbagent)")/tests/tools/strangers" 10 \
    <"$work/until" >"$work/told" 2>"$work/hits" &
strangers=$!
exec 5>"$work/until"
hold namespace
hold subreaper
exec 5>&-
status=0
wait "$strangers" || status=$?
cat "$work/hits" >&2
echo "jobs $jobs / $(cat "$work/told")"
exit "$status"

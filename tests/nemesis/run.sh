#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# ./run nemesis: campaigns of faults against real agents, one after the other;
# without a name all of them. What they print goes to build/nemesis/ too.
set -eu

usage() {
    cat <<'END'
Usage: ./run nemesis [NAME]... [OPTION]...

  --release     as many faults as for a release; hours
  --seed N      chooses the faults; default: drawn and printed
  --events N    so many faults
  --keep        leaves the folders with the logs of the agents
  --list        the campaigns

A campaign that cannot run here says why. Status 1: one of them has failed.
END
}

fail() { # STATUS TEXT
    echo "nemesis: $2" >&2
    exit "$1"
}

number() { # OPTION VALUE
    case ${2:-x} in
    *[!0-9]*) fail 2 "$1 needs a whole number" ;;
    esac
}

nemesis=${LB_BUILD:-build}/tests/nemesis/nemesis
out=${LB_BUILD:-build}/nemesis
[ -x "$nemesis" ] || fail 66 "$nemesis: not built"
names='' options='' child=
while [ $# -gt 0 ]; do
    case $1 in
    --release) options="$options --full" ;;
    --keep) options="$options --keep" ;;
    --seed | --events)
        number "$1" "${2:-}"
        options="$options $1 $2"
        shift
        ;;
    --list) exec "$nemesis" --list ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) names="$names $1" ;;
    esac
    shift
done
known=$("$nemesis" --list | awk 'NR > 1 { print $1 }')
for name in $names; do
    echo "$known" | grep -qx -- "$name" ||
        fail 66 "\"$name\": no such campaign; known: $(echo "$known" |
            tr '\n' ' ')"
done
mkdir -p "$out"
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; wait; exit 130' INT TERM HUP

passed=0 failed=0 skipped=0
for name in ${names:-$known}; do
    rc=0
    # shellcheck disable=SC2086  # a list of words
    "$nemesis" "$name" $options >"$out/$name.log" 2>&1 &
    child=$!
    wait "$child" || rc=$?
    child=
    cat "$out/$name.log"
    case $rc in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
    esac
done
echo "nemesis: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

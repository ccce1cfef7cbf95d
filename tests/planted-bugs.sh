#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Shows that the tests find what they are for: builds the code with each of
# the bugs below (-DLB_BUG=N, base/bug.h) and prints which scripts of
# tests/scenario, how many seeds of lbsim, or which unit test it takes to
# catch it. Fails if one is not caught, or if anything is "caught" without a
# bug.
#
#   tests/planted-bugs.sh          a sample, as `make check` runs it
#   tests/planted-bugs.sh --all    the whole table
#   tests/planted-bugs.sh N ...    these
#
# PLANTED_SEEDS: seeds tried for each; 20000 by default, 1500 of a sample.
set -eu

src=$(cd "$(dirname "$0")/.." && pwd)
cd "$src"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cpus=$(nproc 2>/dev/null || echo 1)
sample='0 1 7 13 23 29 31 32'

# Number, who is to catch it (sim, or unit tests), what is wrong.
cat >"$work/table" <<'END'
0 sim nothing
1 sim a job is acknowledged before it is saved
2 sim a refusal is forgotten
3 sim copies are compared by fence without moves
4 sim a result is acknowledged before it is saved
5 sim requeued after one snapshot at a restart
6 sim a dead holder's --once job is queued again
7 sim batches below low are taken
8 sim started before "granted" is saved
9 sim doubt is taken for proof
10 sim RELEASE is not compared with fence and moves
11 sim the lease is shorter than the claim interval
12 sim claims are never answered
13 sim batches of an older incarnation are taken
14 sim a result is sent only once
15 sim the fence is not raised
16 sim RELEASE is believed by a home that restarted
17 sim KEEP for any run of the holder on record
18 sim "wrong incarnation" is taken for proof
19 sim the key of a submission is forgotten at a restart
20 sim results of before a retry are taken
21 sim a workload that has spread is not marked so
22 sim the delay of the own loop counts as silence
23 sim what is sent waits for no save
24 sim one job more than the queue holds
25 sim a cancel is not saved
26 sim what is done is due again at once
27 sim a hold is not saved
28 sim verdicts outlive the incarnation they were for
29 test_durable a record is told to be durable before its commit
30 test_durable commits do not sync (synchronous=NORMAL)
31 test_journal,test_journal_damage the CRC of a row is not looked at
32 test_durable a directory is not synced after a rename in it
33 test_durable a file is not synced before it gets its name
34 test_durable the same of the directory of a salvaged journal
35 test_throttle what a worker is owed is never forgotten
36 test_frame the CRC of a message is not looked at
37 sim the acknowledgement of a result waits for no save
38 sim what waits behind a run that hangs is never taken back
39 sim who answers no offers gets the next one
40 sim what waits behind full slots is thought to start soon
41 sim who takes a job that is tried again keeps it for good
42 sim who had nothing for us is asked again and again
END

cc_bug() { # BUG FILE OBJECT
    printf '%s\n' "$2 $3" >>"$work/todo.$1"
}

compile() { # BUG: all that cc_bug has noted
    [ ! -e "$work/todo.$1" ] || xargs -P "$cpus" -L 1 sh -c \
        "${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -ffp-contract=off -I. \
        -DPACKAGE_VERSION='\"0\"' -DLB_BUG=$1 -c \$0 -o \$1" \
        <"$work/todo.$1"
    rm -f "$work/todo.$1"
}

holds_bug() { # BUG FILE: is it in there, or in what all of core includes?
    case $2 in
    core/*) grep -qw "LB_BUG [!=]= $1" "$2" core/node.h ;;
    *) grep -qw "LB_BUG [!=]= $1" "$2" ;;
    esac
}

# BUG PROGRAM LIBRARIES FILE...: those that hold the bug are compiled with it,
# the others once for all.
build() {
    bug=$1 program=$2 libraries=$3
    shift 3
    mkdir -p "$work/0" "$work/$bug"
    objects=
    for file in "$@"; do
        name=$(echo "$file" | tr / _).o
        if [ "$bug" -ne 0 ] && holds_bug "$bug" "$file"; then
            cc_bug "$bug" "$file" "$work/$bug/$name"
            objects="$objects $work/$bug/$name"
        else
            [ -e "$work/0/$name" ] || cc_bug 0 "$file" "$work/0/$name"
            objects="$objects $work/0/$name"
        fi
    done
    compile 0
    compile "$bug"
    # shellcheck disable=SC2086  # lists of words
    "${CC:-cc}" -o "$program" $objects $libraries
}

# Scripts that fail by what they expect or by an invariant: without their
# transcripts, which any change of behaviour makes differ.
scripts_against() { # LBSIM
    for file in tests/scenario/*.txt; do
        name=$(basename "$file" .txt)
        [ -e "$work/$name" ] || sed '/^----$/,$d' "$file" >"$work/$name"
        timeout 60 "$1" --scenario "$work/$name" >/dev/null 2>&1 ||
            echo "$name"
    done
}

# Prints who has caught it; nothing: nobody.
by_sim() { # BUG SEEDS
    build "$1" "$work/lbsim" '-ljansson -lsodium -linih -lz -lm' base/*.c \
        proto/msg*.c proto/names.c proto/workload.c core/*.c sim/*.c
    scripts_against "$work/lbsim" >"$work/scripts"
    n=$(wc -l <"$work/scripts")
    [ "$n" -eq 0 ] ||
        printf '%s' "$n of the scripts ($(head -n 1 "$work/scripts")); "
    if ! "$work/lbsim" --seeds "$2" -j "$cpus" >"$work/out" 2>"$work/err"; then
        sed -n 's/^seed \([0-9]*\), step [0-9]*: invariant: /seed \1: /p' \
            "$work/err" | head -n 1 | tr -d '\n'
    elif [ "$n" -gt 0 ]; then
        printf 'not in %s seeds' "$2"
    fi
}

by_test() { # BUG TEST,...
    for test in $(echo "$2" | tr , ' '); do
        case $test in
        test_frame) files='proto/frame.c proto/names.c' libraries=-lz ;;
        test_throttle) files=agent/throttle.c libraries= ;;
        *)
            files='agent/ballast.c agent/journal*.c agent/statedir.c
                agent/clock.c proto/names.c'
            libraries='-lsqlite3 -lz'
            ;;
        esac
        # shellcheck disable=SC2086  # patterns
        build "$1" "$work/$test" "$libraries -lcmocka -lsodium -lpthread" \
            "tests/unit/$test.c" $files base/*.c
        timeout 120 "$work/$test" >"$work/out" 2>&1 ||
            printf '%s' "$(sed -n \
                's/^\[  FAILED  \] \([a-z_]*\)$/\1/p' "$work/out" |
                sort -u | head -n 1 | sed "s/^/$test: /") "
    done
}

case ${1:---sample} in
--sample) list=$sample seeds=${PLANTED_SEEDS:-1500} ;;
--all)
    list=$(cut -d ' ' -f 1 "$work/table")
    seeds=${PLANTED_SEEDS:-20000}
    ;;
*) list=$* seeds=${PLANTED_SEEDS:-20000} ;;
esac

bad=0
for bug in $list; do
    line=$(grep "^$bug " "$work/table") || { echo "no bug $bug"; exit 2; }
    who=$(echo "$line" | cut -d ' ' -f 2)
    what=$(echo "$line" | cut -d ' ' -f 3-)
    if [ "$who" = sim ]; then
        n=$seeds
        [ "$bug" -ne 0 ] || n=1000
        caught=$(by_sim "$bug" "$n")
    else
        caught=$(by_test "$bug" "$who")
    fi
    if [ "$bug" -eq 0 ]; then
        [ -z "$caught" ] || bad=1
    elif [ -z "$caught" ]; then
        bad=1
        caught="NOT CAUGHT"
    fi
    printf '%2d  %-52s  %s\n' "$bug" "$what" "${caught:-nothing}"
done
exit $bad

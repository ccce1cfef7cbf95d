#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Presses random keys in lbtop at random sizes; it must neither crash nor hang
# nor be reported by a sanitizer (build it with --enable-sanitize). The seed
# repeats keys and sizes; the machine adds its own pace.
set -u

usage() {
    cat <<'END'
Usage: tests/e2e/soak.sh [OPTION]... [SECONDS]

Presses random keys for SECONDS (20).

  --seed N     chooses keys and sizes; default: drawn and printed
  --nodes N    of made-up data (60)
  --agents     on two real agents instead, which take the commands
  --keep       leaves the folder with what was pressed
LB_BUILD says where the programs are (default build).
END
}

here=$(cd "$(dirname "$0")" && pwd) || exit 1
BATS_TEST_DIRNAME=$here         # lib.bash starts from there
# shellcheck source=tests/e2e/lib.bash
. "$here/lib.bash"
# shellcheck source=tests/e2e/tmux.bash
. "$here/tmux.bash"

seconds=20 nodes=60 agents='' keep='' seed=$((RANDOM * 32768 + RANDOM))
while [ $# -gt 0 ]; do
    case $1 in
    --seed) seed=${2:?--seed needs a number}; shift ;;
    --nodes) nodes=${2:?--nodes needs a number}; shift ;;
    --agents) agents=1 ;;
    --keep) keep=1 ;;
    -h | --help) usage; exit 0 ;;
    *[!0-9]*) usage >&2; exit 2 ;;
    *) seconds=$1 ;;
    esac
    shift
done
RANDOM=$seed

# Letters thrice, as they are what does most. No q, ^C, ^Z: they end it.
comma=,
pool=(a b c d e f g h i j k l m n o p r s t u v w x y z
    A B C D E F G H I J K L M N O P R S T U V W X Y Z
    0 1 2 3 4 5 6 7 8 9 '=' '_' '-' '+' '(' ')' '[' ']' '{' '}' '<' '>'
    / \\ : . "$comma" '#' '*' '?' '~' '|' '"' "'" '&' '%' '!' '@' '^'
    Space Enter Enter Escape Escape BSpace Tab BTab DC IC
    Up Down Down Left Right PPage NPage Home End
    F1 F2 F3 F4 F5 F6 F7 F8 F9 F12 C-u C-d C-b C-f C-l C-a C-e C-h
    é 漢 € 1 2 3 4 n n)
# Whole inputs: commands, filters, what a terminal may send, halves of it.
lines=(':throttle 60' ':throttle +5 alpha0[1-3]' ':filter load>80 !gamma'
    ':sort pend desc' ':columns +rtt -age' ':freeze on' ':freeze off'
    ':ascii on' ':ascii off' ':theme orange' ':theme mono' ':refresh 100ms'
    ':refresh 2s' ':help' ':find a' ':level debug' ':messages alpha01'
    ':policy receiver' ':note hello' ':drain alpha01' ':pause' ':start'
    ':cancel x' ':set' ':frob' 'pend>10|state=lost' '/[' 'tag:rack=r1'
    ':write soak-out.txt' ':at 14:00:00' ':connect 127.0.0.1:1025')

lb_setup || exit 1
trap 'term_teardown; [ -n "$keep" ] || lb_teardown' EXIT
term_setup xterm-256color
export ASAN_OPTIONS=abort_on_error=0:log_path=$work/report
export UBSAN_OPTIONS=print_stacktrace=1:log_path=$work/report
echo "soak: $seconds s, seed $seed, in $work"
if [ -n "$agents" ]; then
    start_agent north workers.count=1 || exit 1
    start_agent south workers.count=1 \
        "peers.node=127.0.0.1:$(port_of north)" || exit 1
    LB_NODE=$(control_of north)
    export LB_NODE
    start_top -d 100ms || exit 1
else
    start_top --demo "$nodes" -d 100ms || exit 1
fi

fail() {
    echo "soak: seed $seed: $*" >&2
    tail -n 20 "$work/pressed" >&2
    cat "$work"/report* 2>/dev/null >&2
    screen >&2
    keep=1
    exit 1
}

press() {
    local n=$((RANDOM % 12 + 1)) i some=()
    case $((RANDOM % 12)) in
    0)
        some=("$((RANDOM % 180 + 1))x$((RANDOM % 60 + 1))")
        echo "size ${some[0]}" >>"$work/pressed"
        resize "${some[0]}"
        ;;
    1)
        some=("${lines[RANDOM % ${#lines[@]}]}")
        echo "line ${some[0]}" >>"$work/pressed"
        types "${some[0]}"
        keys Enter
        ;;
    2)
        for ((i = 0; i < n; i++)); do
            some+=("$(printf %02x $((RANDOM % 256)))")
            # ^C, ^Z, ^\ and q end or stop it.
            case ${some[i]} in 03 | 1a | 1c | 71) some[i]=1b ;; esac
        done
        echo "bytes ${some[*]}" >>"$work/pressed"
        bytes "${some[@]}"
        ;;
    *)
        for ((i = 0; i < n; i++)); do
            some+=("${pool[RANDOM % ${#pool[@]}]}")
        done
        echo "keys ${some[*]}" >>"$work/pressed"
        keys "${some[@]}"
        ;;
    esac
}

end=$((SECONDS + seconds)) presses=0
while [ $SECONDS -lt $end ]; do
    press 2>/dev/null
    presses=$((presses + 1))
    [ ! -s "$work/status" ] || fail "lbtop ended: $(cat "$work/status")"
    # It keeps up: a screen is drawn once in a while.
    if [ $((presses % 50)) -eq 0 ]; then
        keys Escape Escape Escape n Escape 1
        resize 80x24
        sees lbtop || fail 'nothing is drawn'
    fi
done
keys Escape Escape Escape n Escape Escape
keys C-c
await [ -s "$work/status" ] || fail 'does not end'
[ "$(cat "$work/status")" = 130 ] || fail "status $(cat "$work/status")"
for file in "$work"/report*; do
    [ ! -e "$file" ] || fail 'a sanitizer has something to say'
done
echo "soak: $presses times pressed, nothing to report"

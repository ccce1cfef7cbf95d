#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Pictures of lbtop as text: of two agents at work on this machine, and of
# made-up clusters. Called by `./run shots`, which has built everything before.
set -eu

cd "${LB_SRC:-$(dirname "$0")/..}"
build=${LB_BUILD:-$PWD/build}
LC_ALL=C.UTF-8
export LC_ALL
unset LB_NODE LB_KEY LB_TIMEOUT LB_OUTPUT LB_CONFIG
me=lab dir='' readme='' status=0
north_pid='' south_pid=''
# shellcheck source=tests/nodes.sh
. tests/nodes.sh

usage() {
    cat <<'END'
Usage: ./run shots [--readme]

  --readme  puts the picture of two nodes into README.md, between the lines
            <!-- lbtop --> and <!-- /lbtop -->
END
}

for arg in "$@"; do
    case $arg in
    --readme) readme=1 ;;
    -h | --help) usage; exit 0 ;;
    *) fail 2 "unknown word \"$arg\"; ./run shots --help lists options" ;;
    esac
done

# shellcheck disable=SC2317  # called by the trap
clean() {
    process_end "$south_pid" south
    process_end "$north_pid" north
    [ -z "$dir" ] || rm -rf "$dir"
}
trap 'status=$?; clean; exit "$status"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# FILE OPTION...: one screen of lbtop.
shot() {
    file=$build/shots/$1.txt
    shift
    "$build/lbtop" --no-config "$@" >"$file.new"
    mv "$file.new" "$file"
    echo "${file#"$PWD"/}"
}

vectors() { # NAME JOBS ITERATIONS
    ctl north submit --name "$1" vecinc jobs="$2" elements=1024 \
        iterations="$3" 2>>"$dir/out"
}

# A small workload that is done, whose time says how much is a minute of work.
start_work() {
    begin=$(now_ms)
    trial=$(vectors trial 200 50000) &&
        ctl north wait "$trial" >>"$dir/out" 2>&1 || return 1
    ms=$(($(now_ms) - begin))
    vectors vectors 2000 $((50000 * 6000 / ms)) >>"$dir/out"
}

# Two agents at work, watched for half a minute; then south is throttled.
two_nodes() {
    launch_two lbshots
    start_work || { cat "$dir/out" >&2; fail 1 'no work was accepted'; }
    shot 2-nodes -n "ipc://$dir/north/run/control.sock" --name lab \
        --user kim --utf8 --dump 80x24 \
        --keys '<wait 30s>j<F8><F8><wait 2s><Up>'
}

# FILE: README.md with this picture between its two lines.
picture() {
    awk -v picture="$1" '
        /^<!-- \/lbtop -->$/ { on = 0; n++ }
        !on
        /^<!-- lbtop -->$/ {
            on = 1
            n++
            print "```"
            while ((getline line < picture) > 0) {
                sub(/ *$/, "", line)
                print line
            }
            print "```"
        }
        END { exit n != 2 }
    ' README.md
}

mkdir -p "$build/shots"
two_nodes
if [ -n "$readme" ]; then
    picture "$file" >"$build/shots/README.md" ||
        fail 1 'README.md has no lines <!-- lbtop --> and <!-- /lbtop -->'
    cat "$build/shots/README.md" >README.md
    echo 'README.md'
fi
shot 12-nodes --demo 12 --utf8 --dump 80x24
shot 12-nodes-wide --demo 12 --utf8 --dump 140x45
shot 12-nodes-ascii --demo 12 --ascii --dump 80x24
shot 1000-nodes --demo 1000 --utf8 --dump 140x45

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# The demonstration: two agents on this machine share two workloads, and every
# result is checked by programs that share no code with the agents.
# Called by `./run demo`, which has built everything before.
set -eu

cd "${LB_SRC:-$(dirname "$0")/..}"
build=${LB_BUILD:-$PWD/build}
LC_ALL=C.UTF-8
export LC_ALL
unset LB_NODE LB_KEY LB_TIMEOUT LB_OUTPUT LB_CONFIG
digits=30000000 chunk=30000     # 1,000 jobs
jobs=1024 elements=1024 by=1
seconds=15                      # that the second workload is to take
seed=1 keep='' iterations='' tui=1
status=0
me=demo dir=''
north_pid='' south_pid='' wait_pid='' top_pid=''
# shellcheck source=tests/nodes.sh
. tests/nodes.sh

usage() {
    cat <<'END'
Usage: ./run demo [OPTION]...

  --seed N        other digits (default 1)
  --iterations N  additions for each element, instead of about 15 s of work
  --keep          leaves the two nodes running
  --no-tui        plain lines, on a terminal too

On a terminal of 80x24 or more lbtop is open until the work is done; its q
goes on with plain lines.
END
}

number() { # OPTION VALUE MAX
    case $2 in
    '' | *[!0-9]* | ??????????????*)
        fail 2 "$1: \"$2\" is not a whole number" ;;
    esac
    [ "$2" -le "$3" ] || fail 2 "$1: $2 is outside 0..$3"
}

while [ $# -gt 0 ]; do
    option=$1
    case $option in
    --seed=* | --iterations=*)
        option=${1%%=*}
        value=${1#*=}
        shift
        set -- "$option" "$value" "$@"
        ;;
    --seed | --iterations)
        [ $# -ge 2 ] || fail 2 "$1: needs a number"
        ;;
    esac
    case $option in
    --seed) number "$1" "$2" 999999999999; seed=$2; shift ;;
    --iterations) number "$1" "$2" 1000000000000; iterations=$2; shift ;;
    --keep) keep=1 ;;
    --no-tui) tui= ;;
    -h | --help) usage; exit 0 ;;
    *) fail 2 "unknown word \"$1\"; ./run demo --help lists options" ;;
    esac
    shift
done

# ---- nodes ------------------------------------------------------------------

# shellcheck disable=SC2317  # called by the trap
clean() {
    top_end
    process_end "$wait_pid" wait
    if [ -z "$keep" ] || [ "$status" -ne 0 ]; then
        process_end "$south_pid" south
        process_end "$north_pid" north
        [ -z "$dir" ] || rm -rf "$dir"
    fi
}
trap 'status=$?; clean; exit "$status"' EXIT
trap 'keep=; exit 130' INT
trap 'keep=; exit 143' TERM HUP

lb() { # WORD...: lbctl at north
    ctl north "$@"
}

start_nodes() {
    launch_two lbdemo
    echo "nodes    north 100 %, south 50 %; $slots slot(s) each," \
        "CPUs $north_cpus and $south_cpus"
}

# ---- lbtop, while the workloads run ------------------------------------------

# 80x24 at least, on both sides.
wide_terminal() {
    [ -t 0 ] && [ -t 1 ] || return 1
    stty size 2>/dev/null | {
        read -r lines columns && [ "$lines" -ge 24 ] && [ "$columns" -ge 80 ]
    }
}

top_start() {
    [ -n "$tui" ] && wide_terminal || return 0
    echo 'lbtop    q goes on with plain lines; it ends with the work'
    "$build/lbtop" -n "ipc://$dir/north/run/control.sock" </dev/tty &
    top_pid=$!
}

top_open() {
    [ -n "$top_pid" ] && kill -0 "$top_pid" 2>/dev/null
}

# Ends it if it is still open, and prints what it was in the way of.
top_end() {
    [ -n "$top_pid" ] || return 0
    process_end "$top_pid" lbtop
    wait "$top_pid" 2>/dev/null || :
    top_pid=
    [ ! -e "$dir/later" ] || cat "$dir/later"
    rm -f "$dir/later"
}

# Prints standard input: at once, or when lbtop is gone.
show() {
    if top_open; then
        cat >>"$dir/later"
    else
        top_end
        cat
    fi
}

# ---- data -------------------------------------------------------------------

make_data() {
    mkdir -p "$build/demo"
    file=$build/demo/nums.txt
    made=$(cat "$file.seed" 2>/dev/null) || made=
    if [ "$made" = "$seed" ] && [ -f "$file" ] &&
        [ "$(wc -c <"$file")" -eq $digits ]; then
        echo "data     $digits digits of seed $seed, as before"
        return
    fi
    rm -f "$file.seed"
    "$build/tests/tools/digits" "$seed" $digits "$file"
    echo "$seed" >"$file.seed"
    echo "data     $digits digits of seed $seed in ${file#"$PWD"/}"
}

# About $seconds of work for both nodes: south works half of the time.
choose_iterations() {
    [ -z "$iterations" ] || return 0
    # The better of two: another program may have been in the way.
    rate=$({
        "$build/tests/tools/adds" $((2 * slots)) 100
        "$build/tests/tools/adds" $((2 * slots)) 100
    } | sort -n | tail -n 1)
    iterations=$(awk -v rate="$rate" -v s=$seconds \
        -v n=$((jobs * elements)) -v cpus="$n_cpus" -v slots="$slots" '
        BEGIN {
            share = cpus >= 2 * slots ? 0.75 : 1
            printf "%.0f", rate * share * s / n
        }')
}

# ---- a workload -------------------------------------------------------------

# The counters of the nodes: NAME THROTTLE DONE IN OUT RAW WIRE, CPU ticks.
counters() {
    lb --json nodes >"$dir/nodes.json"
    for node in north south; do
        pid=$north_pid
        [ $node = north ] || pid=$south_pid
        awk -v node=$node -v stat="$(cat "/proc/$pid/stat")" '
            { text = text $0 }
            END {
                n = split(text, part, /[{}]/)
                for (i = 1; i <= n; i++)
                    if (part[i] ~ "\"(node|name)\": *\"" node "\"") one = part[i]
                sub(/.*\) /, "", stat)
                split(stat, field, " ")
                print node, get("throttle_pct"), get("done"), get("in"), \
                    get("out"), get("raw_bytes"), get("wire_bytes"), \
                    field[12] + field[13]
            }
            function get(key) {
                if (!match(one, "\"" key "\": *[0-9]+")) return 0
                value = substr(one, RSTART, RLENGTH)
                sub(/.*: */, "", value)
                return value
            }' "$dir/nodes.json"
    done
}

# NAME ID: a plain line of the workload as it is now.
live() {
    lb --raw list "$2" --columns jobs,done,fail >"$dir/list" || return 0
    counters >"$dir/live" || return 0
    awk -v name="$1" -v ms=$(($(now_ms) - start)) '
        FILENAME ~ /before$/ { done[$1] = $3; next }
        FILENAME ~ /list$/ { all = $1; ended = $2 + $3; next }
        { nodes = nodes sprintf("  %s %d", $1, $3 - done[$1]) }
        END {
            if (all == 0 || ended == 0 || ms == 0) exit
            rate = ended * 1000 / ms
            printf "%-9s%d/%d  %d %%  %.0f jobs/s  left %.0f s%s\n", name,
                ended, all, 100 * ended / all, rate, (all - ended) / rate,
                nodes
        }' "$dir/before" "$dir/list" "$dir/live"
}

# NAME: a row for each node, from the counters before and after.
report() {
    awk -v name="$1" -v ms=$elapsed -v slots="$slots" \
        -v tick="$(getconf CLK_TCK)" '
        FILENAME ~ /before$/ { for (i = 3; i <= 8; i++) was[$1, i] = $i; next }
        {
            node[++n] = $1
            throttle[$1] = $2
            for (i = 3; i <= 8; i++) {
                is[$1, i] = $i - was[$1, i]
                sum[i] += is[$1, i]
            }
        }
        END {
            s = ms / 1000
            print ""
            printf "%-8s %8s %6s %6s %6s %6s %8s\n",
                "NODE", "THROTTLE", "JOBS", "IN", "OUT", "CPU", "TIME"
            for (i = 1; i <= n; i++)
                printf "%-8s %6d %% %6d %6d %6d %4.0f %% %6.1f s\n", node[i],
                    throttle[node[i]], is[node[i], 3], is[node[i], 4],
                    is[node[i], 5], 100 * is[node[i], 8] / tick / s / slots, s
            printf "%-8s %8s %6d %6d %6d %6s %6.1f s\n", "total", "", sum[3],
                sum[4], sum[5], "", s
            printf "%s: %.0f jobs/s; %d bytes moved between the nodes, %s\n\n",
                name, sum[3] / s, sum[6], "as " sum[7] " on the wire"
        }' "$dir/before" "$dir/after"
}

# NAME ID: starts it, shows its way, waits for its end, reports.
follow() {
    counters >"$dir/before"
    start=$(now_ms)
    lb start "$2" >"$dir/started"
    lb wait "$2" >"$dir/waited" 2>&1 &
    wait_pid=$!
    next=$((start + 1000))
    while kill -0 "$wait_pid" 2>/dev/null; do
        if [ "$(now_ms)" -ge $next ]; then
            if ! top_open; then
                top_end
                live "$1" "$2"
            fi
            next=$((next + 1000))
        fi
        sleep 0.05
    done
    rc=0
    wait "$wait_pid" || rc=$?
    wait_pid=
    elapsed=$(($(now_ms) - start))
    if [ $rc -ne 0 ]; then
        top_end
        cat "$dir/waited" >&2
        fail_line "$1" 'status 0 of lbctl wait' "status $rc"
    fi
    # Counters of the last second may still be on their way.
    sleep 1.2
    counters >"$dir/after"
    report "$1" | show
}

submit() { # WORD...: held; sets id
    id=$(lb submit --hold "$@" 2>"$dir/submitted") || {
        top_end
        cat "$dir/submitted" >&2
        fail 1 "the jobs were not accepted"
    }
}

# ---- verification -----------------------------------------------------------

fail_line() { # NAME EXPECTED GOT
    echo "FAIL $1: expected $2, got $3"
    status=1
}

# NAME ID N: each of the jobs 0..N-1 has one result, done; none twice.
check_once() {
    lb --json results "$2" >"$dir/results.json" || :
    found=$(grep -o '"job": *"[^"]*"' "$dir/results.json" |
        sed 's/.*\.\([0-9]*\)"$/\1/' | awk -v n="$3" '
            $1 < n && !($1 in seen) { good++ }
            { seen[$1]++; all++ }
            END { print good + 0, all + 0 }')
    done=$(grep -o '"state": *"done"' "$dir/results.json" | wc -l)
    if [ "$found" != "$3 $3" ] || [ "$done" -lt "$3" ]; then
        fail_line "$1" "$3 results, one a job, all done" \
            "${found#* } for ${found% *} jobs, $done done"
        return 1
    fi
}

check_digitsum() { # ID
    expected=$("$build/tests/tools/count_digits" "$file")
    check_once digitsum "$1" $((digits / chunk)) || return 0
    got=$(sed -n 's/.*"value": *"\{0,1\}\([0-9][0-9]*\).*/\1/p' \
        "$dir/results.json" | tail -n 1)
    if [ "$got" = "$expected" ]; then
        verdict="PASS digitsum $got = $expected"
        echo "$verdict"
    else
        fail_line digitsum "$expected" "${got:-nothing}"
    fi
}

check_vecinc() { # ID
    check_once vecinc "$1" $jobs || return 0
    lb results "$1" --raw >"$dir/vector" || :
    if got=$("$build/tests/tools/check_vector" $((jobs * elements)) \
        "$iterations" $by <"$dir/vector"); then
        echo "PASS vecinc $got elements"
    else
        fail_line vecinc "$((jobs * elements)) of $((jobs * elements))" "$got"
    fi
}

# ---- the order of events ----------------------------------------------------

tail_text() {
    echo
    echo 'Next: ./run test                 all tests'
    echo '      build/lbagent --help       the agent'
    echo '      build/lbctl --help         what it can be asked'
    echo '      build/lbtop --demo 12      the console, with made-up data'
    if [ -n "$keep" ] && [ "$status" -eq 0 ]; then
        echo "The nodes are still running; state and logs are in $dir"
        echo "      build/lbctl -n ipc://$dir/north/run/control.sock nodes"
        echo "  stop them: kill $north_pid $south_pid; rm -rf $dir"
    fi
    echo 'Two hosts: see "Install on real hosts" in README.md'
}

make_data
start_nodes
choose_iterations
top_start

submit --ship=auto digitsum "file=$file" chunk=$chunk
echo "digitsum $((digits / chunk)) jobs of $chunk digits: $id" | show
follow digitsum "$id"
digitsum_id=$id

submit vecinc jobs=$jobs elements=$elements iterations="$iterations"
echo "vecinc   $jobs jobs of $elements elements, $iterations additions" \
    "each: $id" | show
follow vecinc "$id"
top_end

check_digitsum "$digitsum_id"
check_vecinc "$id"
tail_text
exit "$status"

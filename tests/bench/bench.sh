#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# The benchmarks: what other programs do on this machine, and what lbagent
# does, in the same run. Medians of $runs runs with minimum and maximum; every
# value is in build/bench/. Status 0 whatever the figures.
# Called by `./run bench`, which has built lbagent before.
# shellcheck disable=SC2317  # most functions are called by repeat, by name
set -eu

cd "${LB_SRC:-$(dirname "$0")/../..}"
build=${LB_BUILD:-$PWD/build}
LC_ALL=C.UTF-8
export LC_ALL
unset LB_NODE LB_KEY LB_TIMEOUT LB_OUTPUT LB_CONFIG
me=bench dir='' csv=$build/bench/raw.csv
runs=5 profile='' chosen=''
north_pid='' south_pid='' gearman_pid='' beanstalk_pid='' perf_pid=''
played_pid=''
gearman_port=14730 beanstalk_port=14731
all='small commands coprocess latency idle digits vector moved memory throttle'
all="$all programs console recovery overload"
# shellcheck source=tests/nodes.sh
. tests/nodes.sh
# shellcheck source=tests/bench/commands.sh
. tests/bench/commands.sh
# shellcheck source=tests/bench/overload.sh
. tests/bench/overload.sh
# shellcheck source=tests/bench/recovery.sh
. tests/bench/recovery.sh

usage() {
    cat <<'END'
Usage: ./run bench [OPTION]... [NAME]...

  small     T1   small jobs a second, journalled, two nodes; other queues
  commands  T2   programs a second; xargs, GNU parallel
  coprocess T2   jobs a second of an own kind; its program alone
  latency   T3   one job, submit to result
  idle      T4   memory, processor and wake-ups of an idle agent
  digits    T5   sum of 30,000,000 digits
  vector    T6   1,048,576 elements, 1,000 additions each, two nodes
  moved     T9   queued jobs moved a second between two nodes
  memory    T12  bytes for each queued job
  throttle  T8   share of the processor asked for and measured
  programs  T8   likewise, of programs
  console   T11  lbtop with 1000 nodes
  overload  P6   ten times the jobs that a node can do; a crowd of strangers
  recovery  P7   start of an agent that was killed, 1,000,000 jobs

  --runs N   of each (default 5)
  --profile  with small: keeps the output of perf record
END
}

while [ $# -gt 0 ]; do
    case $1 in
    --profile) profile=1 ;;
    --runs=*) runs=${1#*=} ;;
    --runs) [ $# -ge 2 ] || fail 2 '--runs: needs a number'; runs=$2; shift ;;
    T1) chosen="$chosen small" ;;
    T2) chosen="$chosen commands coprocess" ;;
    T3) chosen="$chosen latency" ;;
    T4) chosen="$chosen idle" ;;
    T5) chosen="$chosen digits" ;;
    T6) chosen="$chosen vector" ;;
    T8) chosen="$chosen throttle programs" ;;
    T9) chosen="$chosen moved" ;;
    T11) chosen="$chosen console" ;;
    T12) chosen="$chosen memory" ;;
    -h | --help) usage; exit 0 ;;
    *)
        case " $all " in
        *" $1 "*) chosen="$chosen $1" ;;
        *) fail 2 "no benchmark \"$1\"; there are: $all" ;;
        esac
        ;;
    esac
    shift
done
case $runs in
'' | *[!0-9]* | 0* | ?????*)
    fail 2 "--runs: \"$runs\" is not a whole number from 1 to 9999" ;;
esac
chosen=${chosen:-$all}

# ---- processes --------------------------------------------------------------

clean() { # STATUS
    process_end "$perf_pid" perf
    process_end "$played_pid" publishers
    nodes_stop
    process_end "$gearman_pid" gearmand
    process_end "$beanstalk_pid" beanstalkd
    [ -z "$dir" ] || rm -rf "$dir"
    exit "$1"
}
trap 'clean $?' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

nodes_stop() {
    process_end "$south_pid" south
    process_end "$north_pid" north
    north_pid='' south_pid=''
    rm -rf "$dir/north" "$dir/south"
}

# Workers as nice as the programs that they are compared with.
agent_options='-D workers.nice=0'

# SLOTS [OPTION]...: a node north alone, on all CPUs.
one_node() {
    nodes_stop
    node_configure north "$1" 100 ''
    shift
    # shellcheck disable=SC2086  # words
    node_launch north any $agent_options "$@"
    north_pid=$pid
}

# SLOTS [OPTION]...: north and south, each on its half of the CPUs.
two_nodes() {
    nodes_stop
    node_configure north "$1" 100 ''
    n=$1
    shift
    # shellcheck disable=SC2086  # words
    node_launch north "$north_cpus" $agent_options "$@"
    north_pid=$pid
    node_configure south "$n" 100 "$endpoint"
    # shellcheck disable=SC2086  # words
    node_launch south "$south_cpus" $agent_options "$@"
    south_pid=$pid
    await sees north 2 || fail 1 'north did not find south in 10 s'
    await sees south 2 || fail 1 'south did not find north in 10 s'
}

peers_start() {
    if [ -z "$gearman_pid" ] && command -v gearmand >/dev/null 2>&1; then
        gearmand --listen=127.0.0.1 --port="$gearman_port" --threads=4 \
            --log-file="$dir/gearmand.log" >/dev/null 2>&1 &
        gearman_pid=$!
    fi
    if [ -z "$beanstalk_pid" ] && command -v beanstalkd >/dev/null 2>&1; then
        beanstalkd -l 127.0.0.1 -p "$beanstalk_port" >/dev/null 2>&1 &
        beanstalk_pid=$!
    fi
    sleep 1
    kill -0 "${gearman_pid:-0}" 2>/dev/null || gearman_pid=
    kill -0 "${beanstalk_pid:-0}" 2>/dev/null || beanstalk_pid=
    [ -n "$gearman_pid" ] ||
        echo '  SKIP gearmand: not installed, or its port is taken'
    [ -n "$beanstalk_pid" ] ||
        echo '  SKIP beanstalkd: not installed, or its port is taken'
}

peers() { # SERVER JOBS WINDOW
    port="$gearman_port"
    [ "$1" = gearman ] || port="$beanstalk_port"
    "$build/tests/bench/peers" "$1" "$port" "$2" $((2 * slots)) "$3"
}

limits() {
    "$build/tests/bench/limits" "$@"
}

timeit() {
    "$build/tests/bench/timeit" "$@" 2>"$dir/stderr" || {
        tail -n 3 "$dir/stderr" >&2
        return 1
    }
}

# ---- numbers ----------------------------------------------------------------

# Runs COMMAND $runs times.
repeat() { # COMMAND...
    i=0
    while [ "$i" -lt "$runs" ]; do
        "$@" || echo "bench: $1 failed" >&2
        i=$((i + 1))
    done
}

# Runs each COMMAND in turn, $runs times: what else happens on the machine then
# happens to all of them. The values are in the files $dir/run.COMMAND.
in_turn() { # COMMAND...
    for command in "$@"; do : >"$dir/run.$command"; done
    i=0
    while [ "$i" -lt "$runs" ]; do
        for command in "$@"; do
            "$command" >>"$dir/run.$command" ||
                echo "bench: $command failed" >&2
        done
        i=$((i + 1))
    done
}

# NAME TEXT UNIT: values from stdin, one a line, into the file of raw values
# and as a line of the table; the median is left in the file median.NAME.
record() {
    sort -g | awk -v name="$1" -v text="$2" -v unit="$3" -v csv="$csv" \
        -v to="$dir/median.$1" '
        function nice(x) {
            return sprintf(x >= 1000 ? "%.0f" : x >= 10 ? "%.1f" : "%.3f", x)
        }
        NF { v[++n] = $1; printf "%s,%s,%d,%s\n", name, unit, n, $1 >>csv }
        END {
            if (n == 0) { printf "  %-40s no value\n", text; exit }
            m = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
            print m >to
            printf "  %-40s %10s %-8s %s .. %s, %d runs\n", text, nice(m),
                unit, nice(v[1]), nice(v[n]), n
        }'
}

# TEXT A B TARGET: median of A by that of B.
ratio() {
    [ -s "$dir/median.$2" ] && [ -s "$dir/median.$3" ] || return 0
    paste "$dir/median.$2" "$dir/median.$3" | awk -v text="$1" -v to="$4" '
        $2 > 0 { printf "  %-40s %10.2f %-8s target %s\n", text, $1 / $2, "x", to }'
}

per_second() { # COUNT, seconds from stdin
    awk -v n="$1" '$1 > 0 { print n / $1 }'
}

per_second_ms() { # COUNT, ms from stdin
    awk -v n="$1" '$1 > 0 { print n * 1000 / $1 }'
}

version_of() { # PACKAGE
    echo "$1 $(dpkg-query -W -f '${Version}' "$1" 2>/dev/null ||
        echo "not installed")"
}

machine() {
    echo "machine  $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo |
        head -n 1), $n_cpus CPUs, $(awk '/^MemTotal/ {
            printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
    echo "system   $(uname -sr), load $(cut -d' ' -f1 /proc/loadavg)" \
        "before the first run"
    echo "nice     0 for workers, as for all others"
    echo "versions $("$build/lbagent" --version);" \
        "$(version_of gearman-job-server); $(version_of beanstalkd);" \
        "$(version_of parallel)"
}

# PID: nanoseconds of processor time of all its threads.
cpu_ns() {
    cat /proc/"$1"/task/*/schedstat | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

# PID: how often its threads have gone to sleep.
sleeps() {
    cat /proc/"$1"/task/*/status |
        awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'
}

rss_kib() { # PID
    awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

# ASKED NODE FIELD: a number of NODE as ASKED knows it.
told() {
    ctl "$1" --json nodes "$2" | grep -o "\"$3\": *[0-9][0-9.]*" |
        head -n 1 | sed 's/.*: *//'
}

# ---- T1 ---------------------------------------------------------------------

small_jobs=200000

small_ours() {
    timeit 1 "$build/lbctl" -n "ipc://$dir/north/run/control.sock" run \
        --progress=none fib n=30 jobs="$small_jobs" |
        per_second_ms "$small_jobs"
}

small_gearman() {
    [ -z "$gearman_pid" ] || peers gearman 20000 100 | per_second 20000
}

small_beanstalk() {
    [ -z "$beanstalk_pid" ] || peers beanstalk 20000 100 | per_second 20000
}

profile_start() {
    if ! command -v perf >/dev/null 2>&1; then
        echo '  SKIP profile: no perf'
        return
    fi
    perf record -q -e cpu-clock -g -o "$build/bench/small.perf" \
        -p "$north_pid,$south_pid" >/dev/null 2>&1 &
    perf_pid=$!
    sleep 0.5
}

profile_end() {
    [ -n "$perf_pid" ] || return 0
    kill -INT "$perf_pid" 2>/dev/null || :
    wait "$perf_pid" || :
    perf_pid=
    echo '  where the time goes (perf report -i build/bench/small.perf):'
    perf report -i "$build/bench/small.perf" --no-children -g none \
        --percent-limit 1.5 --stdio 2>/dev/null |
        grep -v '^#' | grep -v '^$' | head -n 15 | sed 's/^/    /' || :
}

bench_small() {
    two_nodes "$slots"
    peers_start
    [ -z "$profile" ] || profile_start
    in_turn small_ours small_gearman small_beanstalk
    profile_end
    record small 'lbctl run fib, two nodes, journalled' jobs/s \
        <"$dir/run.small_ours"
    told south south "done" | awk -v all=$((small_jobs * runs)) '{
        printf "  %-40s %10.0f %%\n", "  of which ran on the other node",
            100 * $1 / all }'
    record small_gearman 'gearmand, in memory, 100 under way' jobs/s \
        <"$dir/run.small_gearman"
    record small_beanstalk 'beanstalkd, in memory, 100 under way' jobs/s \
        <"$dir/run.small_beanstalk"
    seq 2000 >"$dir/seq"
    repeat timeit 1 xargs -a "$dir/seq" -P $((2 * slots)) -n 1 true |
        per_second_ms 2000 | record small_xargs 'xargs -P true' jobs/s
    if command -v parallel >/dev/null 2>&1; then
        seq 200 >"$dir/seq"
        repeat timeit 1 parallel --will-cite -j $((2 * slots)) \
            -a "$dir/seq" true |
            per_second_ms 200 | record small_parallel 'GNU parallel true' jobs/s
    fi
    repeat limits fib 1000000 | per_second 1000000 |
        record small_loop 'limit: the kind in a loop' jobs/s
    repeat limits rows 200000 "$dir/rows.db" | per_second 200000 |
        record small_rows 'limit: rows into SQLite, durable' rows/s
    ratio 'lbagent / gearmand' small small_gearman '>= 10'
}

# ---- T3 ---------------------------------------------------------------------

latency_ours() {
    "$build/tests/bench/latency" "ipc://$dir/north/run/control.sock" 1000 |
        sort -g | sed -n 500p
}

latency_gearman() {
    [ -z "$gearman_pid" ] || peers gearman 1000 1 | cut -d' ' -f2
}

latency_beanstalk() {
    [ -z "$beanstalk_pid" ] || peers beanstalk 1000 1 | cut -d' ' -f2
}

bench_latency() {
    two_nodes "$slots"
    peers_start
    in_turn latency_ours latency_gearman latency_beanstalk
    record latency 'one connection, fib, p50' ms <"$dir/run.latency_ours"
    record latency_gearman 'gearmand, p50' ms <"$dir/run.latency_gearman"
    record latency_beanstalk 'beanstalkd, p50' ms \
        <"$dir/run.latency_beanstalk"
    repeat timeit 1 "$build/lbctl" -n \
        "ipc://$dir/north/run/control.sock" run --progress=none sleep ms=0 |
        record latency_run 'lbctl run sleep ms=0, whole process' ms
    repeat timeit 20 true | record latency_spawn 'a process started and ended' ms
    ! command -v parallel >/dev/null 2>&1 ||
        repeat timeit 1 parallel --will-cite true ::: 1 |
        record latency_parallel 'GNU parallel true' ms
    ratio 'lbagent / gearmand' latency latency_gearman '<= 2'
    echo '  target for the whole process: <= 15 ms'
}

# ---- T4 ---------------------------------------------------------------------

# PID: "MIB CPU_MS_A_SECOND WAKE_UPS_A_SECOND" over 2 s.
idle_sample() {
    set -- "$1" "$(cpu_ns "$1")" "$(sleeps "$1")"
    sleep 2
    echo "$(rss_kib "$1") $(cpu_ns "$1") $(sleeps "$1")" |
        awk -v ns="$2" -v n="$3" '{
            print $1 / 1024, ($2 - ns) / 2e6, ($3 - n) / 2 }'
}

idle_of() { # NAME TEXT PID
    repeat idle_sample "$3" >"$dir/idle"
    cut -d' ' -f1 "$dir/idle" | record "idle_$1_mib" "$2: resident" MiB
    cut -d' ' -f2 "$dir/idle" | record "idle_$1_ms" "$2: processor" ms/s
    cut -d' ' -f3 "$dir/idle" | record "idle_$1_wakes" "$2: wake-ups" 1/s
}

bench_idle() {
    two_nodes "$slots"
    sleep 3
    idle_of lbagent 'lbagent, 1 peer' "$north_pid"
    # Fresh ones: a server that has worked is larger.
    process_end "$gearman_pid" gearmand
    process_end "$beanstalk_pid" beanstalkd
    gearman_pid='' beanstalk_pid=''
    peers_start
    [ -z "$gearman_pid" ] || idle_of gearman gearmand "$gearman_pid"
    [ -z "$beanstalk_pid" ] || idle_of beanstalk beanstalkd "$beanstalk_pid"
    ratio 'resident, lbagent / gearmand' idle_lbagent_mib idle_gearman_mib '<= 1'
    echo '  targets: <= 1 ms/s, <= 10 wake-ups a second'
}

# ---- T5 ---------------------------------------------------------------------

# NAME WORD...: a workload held and then drained at once, as drain prints it.
drained() {
    node=$1
    shift
    id=$(ctl "$node" -q submit --hold "$@")
    "$build/tests/bench/drain" "ipc://$dir/$node/run/control.sock" \
        "${id##*-}"
}

digits_all() {
    drained north digitsum file="$dir/nums.txt" chunk=30000
}

# SLOTS NAME: what the jobs of a digit sum take in each slot. Processor time is
# the compute: the client, the loop and the journal take the CPUs in turn with
# the workers, and a job's own clock goes on meanwhile.
digits_of() {
    one_node "$1"
    repeat digits_all >"$dir/digits"
    awk -v n="$1" '{ print $3 / n }' "$dir/digits" |
        record "digits_$2" "processor time, each of $1 slot(s)" s
    awk -v n="$1" '{ print $2 / n }' "$dir/digits" |
        record "digits_wall_$2" "by the jobs' clock, each of $1 slot(s)" s
    repeat timeit 1 "$build/lbctl" -n \
        "ipc://$dir/north/run/control.sock" run --progress=none \
        digitsum file="$dir/nums.txt" chunk=30000 |
        record "digits_run_$2" "lbctl run digitsum, $1 slot(s)" ms
}

digits_sums() {
    i=0
    while [ $i -lt 1000 ]; do
        ctl north run --progress=none digitsum file="$dir/nums.txt" \
            chunk=30000 2>/dev/null
        i=$((i + 1))
    done | awk -v sum="$("$build/tests/tools/count_digits" "$dir/nums.txt")" '
        /^[0-9]+$/ { n[$1]++ }
        END { for (s in n)
            printf "  %d sums are %s, counted %s\n", n[s], s, sum }'
}

bench_digits() {
    "$build/tests/tools/digits" 1 30000000 "$dir/nums.txt"
    repeat limits digits "$dir/nums.txt" |
        record digits_loop 'limit: one pass in C' s
    digits_of 1 one
    digits_of 2 two
    ratio 'one slot / loop' digits_one digits_loop '<= 1.2'
    ratio 'one slot / two slots' digits_one digits_two '>= 1.8'
    ratio "likewise by the jobs' clock" digits_wall_one digits_wall_two none
    echo '  target for the whole lbctl run: <= 60 ms'
    digits_sums
}

# ---- T6 ---------------------------------------------------------------------

vector_once() {
    drained north vecinc type=double jobs=1024 elements=1024 \
        iterations=1000 | cut -d' ' -f1
}

vector_c1() {
    limits vector 1 1000
}

vector_c2() {
    limits vector 2 1000
}

bench_vector() {
    two_nodes 1
    in_turn vector_c1 vector_c2 vector_once
    record vector_c1 'limit: C, one thread' s <"$dir/run.vector_c1"
    record vector_c2 'limit: C, two threads' s <"$dir/run.vector_c2"
    record vector 'two nodes, one slot each' s <"$dir/run.vector_once"
    ratio 'lbagent / two threads' vector vector_c2 '<= 1.15'
}

# ---- T9, T12 ----------------------------------------------------------------

queued_jobs=1000000

# Half of the jobs move when the policy is switched on: jobs a second between
# the first and the last that arrive.
moved_once() {
    two_nodes "$slots" -D policy.name=none -D policy.bootstrap=no
    id=$(ctl north -q submit --priority 5 sleep ms=86400000 jobs="$queued_jobs")
    rss_south=$(rss_kib "$south_pid")
    ctl north policy all hybrid >/dev/null 2>&1
    : >"$dir/moved"
    stop=$(($(now_ms) + 15000))
    last=-1 still=0
    while [ "$(now_ms)" -lt "$stop" ] && [ "$still" -lt 20 ]; do
        in=$(told south south in)
        echo "$(now_ms) $in" >>"$dir/moved"
        still=$((in == last && in > 0 ? still + 1 : 0))
        last=$in
    done
    awk '$2 > 0 { n++; if (n == 1) { t = $1; from = $2 }
                  if ($2 > most) { most = $2; end = $1 } }
         END { if (end > t) print (most - from) * 1000 / (end - t) }' \
        "$dir/moved"
    echo "$last $rss_south $(rss_kib "$south_pid")" >>"$dir/holder"
    ctl north cancel -y "$id" >/dev/null 2>&1
}

bench_moved() {
    : >"$dir/holder"
    # Not in a pipe: the nodes would be those of a subshell.
    repeat moved_once >"$dir/values"
    record moved <"$dir/values" 'queued jobs, north to south' jobs/s
    echo '  target: >= 1,000,000 jobs/s'
    awk '$1 > 0 { print ($3 - $2) * 1024 / $1 }' "$dir/holder" |
        record memory_holder 'memory of a job at its holder' B
    echo '  target: <= 100 B'
}

memory_once() {
    one_node "$slots"
    before=$(rss_kib "$north_pid")
    id=$(ctl north -q submit --hold sleep ms=86400000 jobs="$queued_jobs")
    sleep 2
    held=$(rss_kib "$north_pid")
    ctl north cancel -y "$id" >/dev/null 2>&1
    sleep 2
    echo "$before $held $(rss_kib "$north_pid")"
}

bench_memory() {
    repeat memory_once >"$dir/memory"
    awk -v n="$queued_jobs" '{ print ($2 - $1) * 1024 / n }' "$dir/memory" |
        record memory_home 'memory of a queued job at its home' B
    awk '{ print $2 / 1024 }' "$dir/memory" |
        record memory_full 'resident with 1,000,000 queued jobs' MiB
    awk '{ print $3 / 1024 }' "$dir/memory" |
        record memory_after 'resident after they were cancelled' MiB
    echo '  targets: <= 64 B, <= 120 MiB, given back when done'
}

# ---- throttle ---------------------------------------------------------------

share_sample() { # PID: per cent of its slots over 3 s
    set -- "$1" "$(cpu_ns "$1")" "$(now_ms)"
    sleep 3
    echo "$(cpu_ns "$1") $(now_ms)" | awk -v ns="$2" -v ms="$3" \
        -v slots="$slots" '{
            print ($1 - ns) / 10000 / ($2 - ms) / slots }'
}

# Milliseconds from the command at south until north has the new value.
change_once() {
    to=60
    [ "$(told north south throttle_pct)" != 60 ] || to=40
    begun=$(now_ms)
    ctl south throttle south "$to" >/dev/null
    stop=$((begun + 5000))
    until [ "$(told north south throttle_pct)" = "$to" ] ||
        [ "$(now_ms)" -gt "$stop" ]; do :; done
    echo $(($(now_ms) - begun))
}

bench_throttle() {
    two_nodes "$slots" -D policy.name=none
    id=$(ctl south -q submit vecinc jobs=100 elements=1024 \
        iterations=1000000000)
    for percent in 10 30 50 70 90; do
        ctl south throttle south "$percent" >/dev/null
        sleep 1
        repeat share_sample "$south_pid" |
            record throttle_$percent "asked for $percent %" %
    done
    echo '  target: within 2 points of what was asked for'
    repeat change_once |
        record throttle_change 'a change is seen at the other node' ms
    echo '  target: in force after <= 200 ms (each look costs an lbctl)'
    ctl south cancel -y "$id" >/dev/null 2>&1 || :
}

# ---- T11 --------------------------------------------------------------------

played_nodes=1000

played_ready() {
    grep -q '^ready' "$dir/played"
}

# WxH WINDOWS SECONDS: "NAME VALUE" lines of lbtop on a terminal of that size.
console() {
    HOME=$dir XDG_CONFIG_HOME=$dir "$build/tests/bench/console" "$1" "$2" \
        "$3" "$played_nodes nodes" "$build/lbtop" \
        -n "ipc://$dir/control.sock" 2>"$dir/stderr" || {
        tail -n 3 "$dir/stderr" >&2
        return 1
    }
}

console_value() { # NAME: the values of that name
    sed -n "s/^$1 //p" "$dir/console"
}

console_of() { # WxH
    console "$1" "$runs" 6 >"$dir/console"
    i=1
    while [ "$i" -lt "$runs" ]; do
        console "$1" 0 0 >>"$dir/console"
        i=$((i + 1))
    done
    name=console_${1%x*}
    console_value first | record "${name}_first" "$1: first full screen" ms
    console_value cpu | record "${name}_cpu" "$1: processor" %
    console_value rss | record "${name}_rss" "$1: resident" MiB
    console_value key | record "${name}_key" "$1: cursor key to screen" ms
    console_value worst |
        record "${name}_worst" "$1: likewise, slowest of 20" ms
    console_value bytes | record "${name}_bytes" "$1: to the terminal" B/s
    console_value moved | record "${name}_moved" "$1: for a cursor key" B
}

bench_console() {
    "$build/tests/tools/publishers" --nodes "$played_nodes" --seconds 3600 \
        --dir "$dir" >"$dir/played" 2>&1 &
    played_pid=$!
    await played_ready || fail 1 'the nodes to look at did not start'
    console_of 80x24
    console_of 140x45
    echo '  targets: <= 5 % of a core, <= 60 MiB, <= 50 ms, <= 3000 B/s at' \
        '80x24, first screen < 2000 ms'
    process_end "$played_pid" publishers
    played_pid=
}

# ---- all of it --------------------------------------------------------------

halves
mkdir -p "$build/bench" "$build/log"
make -s -C "$build" bench-programs >"$build/log/bench-programs.log" 2>&1 ||
    fail 1 "build/log/bench-programs.log: the programs could not be built"
dir=$(mktemp -d "${TMPDIR:-/tmp}/lbbench.XXXXXX")
echo 'name,unit,run,value' >"$csv"
machine
for name in $chosen; do
    echo "$name"
    case $name in
    small) bench_small ;;
    commands) bench_commands ;;
    coprocess) bench_coprocess ;;
    latency) bench_latency ;;
    idle) bench_idle ;;
    digits) bench_digits ;;
    vector) bench_vector ;;
    moved) bench_moved ;;
    memory) bench_memory ;;
    throttle) bench_throttle ;;
    programs) bench_programs ;;
    console) bench_console ;;
    recovery) bench_recovery ;;
    overload) bench_overload ;;
    esac || echo "  $name: could not be measured"
done
echo "raw values: ${csv#"$PWD"/}"
exit 0

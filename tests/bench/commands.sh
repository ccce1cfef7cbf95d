# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=sh disable=SC2154  # variables of bench.sh
# T2 and T8 for programs: part of bench.sh, which has set up everything.

command_jobs=5000

# Whoever runs the benchmarks may run programs through them.
commands_option='-D jobs.commands=root'

spawn_limit() {
    limits spawn "$slots_2" "$command_jobs" | per_second "$command_jobs"
}

capture_limit() {
    limits capture "$slots_2" "$command_jobs" | per_second "$command_jobs"
}

commands_ours() {
    timeit 1 "$build/lbctl" -n "ipc://$dir/north/run/control.sock" run \
        --progress=none -- /bin/true :::: "$dir/seq" |
        per_second_ms "$command_jobs"
}

commands_xargs() {
    timeit 1 xargs -a "$dir/seq" -P "$slots_2" -n 1 /bin/true |
        per_second_ms "$command_jobs"
}

commands_parallel() {
    ! command -v parallel >/dev/null 2>&1 ||
        timeit 1 parallel --will-cite -j "$slots_2" -a "$dir/seq_short" \
            /bin/true | per_second_ms 1000
}

bench_commands() {
    slots_2=2
    # shellcheck disable=SC2086  # words
    one_node "$slots_2" $commands_option
    seq "$command_jobs" >"$dir/seq"
    seq 1000 >"$dir/seq_short"
    in_turn spawn_limit capture_limit commands_ours commands_xargs \
        commands_parallel
    record commands_limit 'limit: posix_spawn and wait, two at a time' jobs/s \
        <"$dir/run.spawn_limit"
    record capture_limit 'limit: the same, stdout and stderr read' jobs/s \
        <"$dir/run.capture_limit"
    record commands 'lbctl run -- /bin/true, captured, journalled' jobs/s \
        <"$dir/run.commands_ours"
    record commands_xargs 'xargs -P 2, nothing captured' jobs/s \
        <"$dir/run.commands_xargs"
    record commands_parallel 'GNU parallel -j 2' jobs/s \
        <"$dir/run.commands_parallel"
    ratio 'lbagent / limit' commands commands_limit '>= 0.8'
    ratio 'lbagent / limit that reads' commands capture_limit none
    ratio 'reading limit / xargs' capture_limit commands_xargs none
    ratio 'lbagent / xargs' commands commands_xargs '>= 1.15'
    ratio 'lbagent / GNU parallel' commands commands_parallel '>= 7'
}

coprocess_jobs=100000

# The same program, two at a time, fed by pipes, many lines a read: no more can
# be had of it.
coprocess_limit() {
    # shellcheck disable=SC2016  # of the inner shell
    timeit 1 sh -c 'for i in 1 2; do
        seq $(($2 / 2)) | "$1" >"$3.$i" & done; wait' sh \
        "$build/tests/tools/fickle" "$coprocess_jobs" "$dir/lines" |
        per_second_ms "$coprocess_jobs"
}

# As a slot does: the next line when the answer has come, two loops at a time.
coprocess_lockstep() {
    "$build/tests/bench/lockstep" 2 "$coprocess_jobs" \
        "$build/tests/tools/fickle" | per_second "$coprocess_jobs"
}

coprocess_ours() {
    timeit 1 "$build/lbctl" -n "ipc://$dir/north/run/control.sock" run \
        --progress=none line "value=1..$coprocess_jobs" |
        per_second_ms "$coprocess_jobs"
}

bench_coprocess() {
    # shellcheck disable=SC2086  # words
    one_node 2 $commands_option \
        -D "kind.line.command=$build/tests/tools/fickle" \
        -D kind.line.protocol=plain -D kind.line.params=value:count
    in_turn coprocess_limit coprocess_lockstep coprocess_ours
    record coprocess_limit 'limit: seq into two of the program' jobs/s \
        <"$dir/run.coprocess_limit"
    record coprocess_lockstep 'limit: one line, one answer, two pipes' jobs/s \
        <"$dir/run.coprocess_lockstep"
    record coprocess 'lbctl run of an own kind, 2 slots, journalled' jobs/s \
        <"$dir/run.coprocess_ours"
    ratio 'lbagent / limit' coprocess coprocess_limit none
    ratio 'lbagent / lock-step' coprocess coprocess_lockstep none
}

# PID: per cent of one processor over 3 s.
program_share() {
    set -- "$1" "$(cpu_ns "$1")" "$(now_ms)"
    sleep 3
    echo "$(cpu_ns "$1") $(now_ms)" | awk -v ns="$2" -v ms="$3" '{
        print ($1 - ns) / 10000 / ($2 - ms) }'
}

# The process that a shim of north has started.
program_pid() {
    for pid in $(pgrep -P "$(pgrep -P "$north_pid")"); do
        pgrep -P "$pid" && return
    done
    return 1
}

# One loop for each processor, as nice as the program: until hogs_end.
hogs_start() {
    hogs=
    i=0
    while [ "$i" -lt "$n_cpus" ]; do
        timeout 300 sh -c 'while :; do :; done' &
        hogs="$hogs $!"
        i=$((i + 1))
    done
}

hogs_end() {
    for hog in $hogs; do
        process_end "$hog" hog
    done
}

# What a fair scheduler lets it have is 2/3 of a processor beside two hogs.
programs_beside_hogs() {
    method=$(sed -n 's/.*evt=commands .*throttle=\([a-z0-9-]*\).*/\1/p' \
        "$dir/north/log" | tail -n 1)
    hogs_start
    for percent in 10 30 50 90; do
        ctl north throttle north "$percent" >/dev/null
        sleep 1
        repeat program_share "$program" |
            record programs_hogs_$percent \
                "$percent %, beside $n_cpus hogs, by $method" %
    done
    hogs_end
    case $method in
    cgroup*) echo '  target: within 5 points up to 50 %' ;;
    *) echo '  target: none (signals: who waits for its turn gets less)' ;;
    esac
}

bench_programs() {
    # shellcheck disable=SC2086  # words
    one_node 1 $commands_option
    id=$(ctl north -q submit -- sh -c 'while :; do :; done')
    until program=$(program_pid); do sleep 0.1; done
    for percent in 10 30 50 70 90; do
        ctl north throttle north "$percent" >/dev/null
        sleep 1
        repeat program_share "$program" |
            record programs_$percent "asked for $percent %, a program" %
    done
    echo '  target: within 2 points of what was asked for'
    programs_beside_hogs
    ctl north cancel -y "$id" >/dev/null 2>&1 || :
}

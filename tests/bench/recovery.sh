# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=sh disable=SC2154  # variables of bench.sh
# Recovery, P7: part of bench.sh, which has set up everything.

recovery_of() {
    "$build/tests/bench/recovery" "$@"
}

# Not in memory, as after the start of the host.
recovery_cool() {
    for file in "$dir"/north/state/journal.db*; do
        recovery_of cold "$file"
    done
}

recovery_agent() {
    recovery_cool
    recovery_of agent "ipc://$dir/north/run/control.sock" "$build/lbagent" \
        -c "$dir/north/node.ini" 2>"$dir/stderr"
}

recovery_rows() {
    recovery_cool
    rm -rf "$dir/copy"
    mkdir "$dir/copy"
    cp "$dir"/north/state/journal.db* "$dir/copy/"
    recovery_of cold "$dir/copy/journal.db"
    recovery_of rows "$dir/copy/journal.db"
}

# A million jobs, each with a parameter of its own, that wait; then the agent
# is killed.
bench_recovery() {
    one_node "$slots"
    seq 1000000 >"$dir/seq_all"
    ctl north -q submit --hold primes :::: "$dir/seq_all" >/dev/null
    sleep 2
    kill -KILL "$north_pid"
    wait "$north_pid" 2>/dev/null || :
    in_turn recovery_agent recovery_rows
    record recovery 'start to answer, 1,000,000 jobs wait' ms \
        <"$dir/run.recovery_agent"
    record recovery_rows 'SQLite alone reads these rows' ms \
        <"$dir/run.recovery_rows"
    ratio 'by SQLite alone' recovery recovery_rows '-; 3,000 ms in all'
}

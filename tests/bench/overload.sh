# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=sh disable=SC2154,SC2317
# Benchmarks of a node that is offered more than it can do, or that has to do
# with others than its clients; read in by bench.sh.

# KIND PARAMS JOBS: "peak%  cpu%  p99 ms" of a node alone, offered ten times its
# rate; cpu%: of the jobs for each second of its processor time at the peak.
# Submitters and node share the processors, and the share of the node is not
# its doing: what it does with its share is. Of noop it is offered less than
# ten times as much: the node has refusals wait, so that they are no work, and
# ten submitters with one question each cannot ask more.
flooded() {
    "$build/tests/tools/flood" "ipc://$dir/north/run/control.sock" \
        "$north_pid" 4 "$@" | sed -n \
        -e 's/^peak .*(\([0-9]*\) %)$/\1/p' \
        -e 's/^a second .*(\([0-9]*\) %)$/\1/p' \
        -e 's/^answers: .* 0 others; .* p99 \([0-9.]*\) ms,.*/\1/p' |
        paste -s -d' ' -
}

# CONNECTIONS: of an honest client while they are there, p99 in ms and as many
# times that of it alone: at the socket file, by TCP, and of a process that only
# echoes, which does without the agent: the crowd takes its share of the
# processors in any case. "local x, tcp x, echo x, local ms, tcp ms, echo ms".
crowded() {
    "$build/tests/tools/beside" \
        "$(sed -n 's/^port=//p' "$dir/north/run/endpoint")" \
        "$1" "$1" 3000 "ipc://$dir/north/run/control.sock" | awk '
        $1 == "there," { door = $2; sub(":", "", door)
            line = $0; sub(/.* p99 /, "", line); split(line, v, /[ x()]+/)
            ms[door] = v[1] / 1000; times[door] = v[3] }
        END { print times["local"], times["tcp"], times["echo"],
            ms["local"], ms["tcp"], ms["echo"] }'
}

# N: what crowded has said of N connections, in $dir/crowd.
recorded_crowd() {
    i=0
    for what in local tcp echo; do
        i=$((i + 1))
        cut -d' ' -f"$i" "$dir/crowd" |
            record "crowd_$1_$what" "beside $1 strangers, $what, p99" x
        cut -d' ' -f$((i + 3)) "$dir/crowd" |
            record "crowd_$1_${what}_ms" "beside $1 strangers, $what, p99" ms
    done
}

# NAME TEXT: what flooded has said, in $dir/flooded.
recorded_flood() {
    cut -d' ' -f1 "$dir/flooded" | record "$1_a" "$2, of the peak" %
    cut -d' ' -f2 "$dir/flooded" |
        record "$1_c" '  for each second of processor' %
    cut -d' ' -f3 "$dir/flooded" | record "$1_b" '  accepted or busy, p99' ms
}

bench_overload() {
    one_node 64 -D queue.max_jobs=10000
    repeat flooded sleep ms=10 100 >"$dir/flooded"
    recorded_flood overload_sleep '10 x offered, sleep ms=10'
    one_node "$slots" -D queue.max_jobs=10000
    repeat flooded noop '' 50 >"$dir/flooded"
    recorded_flood overload_noop 'all that ten can offer, noop'
    for n in 1000 10000; do
        one_node "$slots"
        repeat crowded "$n" >"$dir/crowd"
        recorded_crowd "$n"
    done
    echo '  targets: >= 90 %, p99 < 50 ms, < 2 x'
}

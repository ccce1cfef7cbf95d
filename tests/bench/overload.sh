# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=sh disable=SC2154,SC2317
# Benchmarks of a node that is offered more than it can do, or that has to do
# with others than its clients; read in by bench.sh.

# KIND PARAMS JOBS: "peak%  p99 ms" of a node alone, offered ten times its rate.
flooded() {
    "$build/tests/tools/flood" "ipc://$dir/north/run/control.sock" \
        "$north_pid" 4 "$@" | sed -n \
        -e 's/^peak .*(\([0-9]*\) %)$/\1/p' \
        -e 's/^answers: .* 0 others; .* p99 \([0-9.]*\) ms,.*/\1/p' |
        paste -s -d' ' -
}

crowded() { # CONNECTIONS: "median x  p99 x" beside them
    "$build/tests/tools/beside" \
        "$(sed -n 's/^port=//p' "$dir/north/run/endpoint")" \
        "$1" "$1" 3000 | sed -n \
        's/.* median .*(x \([0-9.]*\)); p99 .*(x \([0-9.]*\)); .*/\1 \2/p'
}

# Lines of two values in $dir/pairs:
recorded_pairs() { # NAME TEXT-1 UNIT-1 TEXT-2 UNIT-2
    cut -d' ' -f1 "$dir/pairs" | record "$1_a" "$2" "$3"
    cut -d' ' -f2 "$dir/pairs" | record "$1_b" "$4" "$5"
}

bench_overload() {
    one_node 64 -D queue.max_jobs=10000
    repeat flooded sleep ms=10 10 >"$dir/pairs"
    recorded_pairs overload_sleep \
        '10 x offered, sleep ms=10, of the peak' '%' \
        'accepted or busy, p99' ms
    one_node "$slots" -D queue.max_jobs=10000
    repeat flooded noop '' 50 >"$dir/pairs"
    recorded_pairs overload_noop \
        'all that ten can offer, noop, of the peak' '%' \
        'accepted or busy, p99' ms
    for n in 1000 10000; do
        one_node "$slots"
        repeat crowded "$n" >"$dir/pairs"
        recorded_pairs "crowd_$n" "beside $n strangers, median" x \
            "beside $n strangers, p99" x
    done
    echo '  targets: >= 90 %, p99 < 50 ms, < 2 x'
}

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# The tests under AddressSanitizer with UBSan, and under ThreadSanitizer: unit
# tests, the corpora of the fuzzers, 200 seeds of the simulator, and agents
# with lying frames, with several clients, with commands and the files they
# need, and with kills. Any report of a sanitizer is a failure.
# Called by `./run sanitize [address|thread]`.
# shellcheck disable=SC2317  # steps are called by their names
set -eu
cd "${LB_SRC:-$(dirname "$0")/..}"
src=$PWD
status=0
dir=
logs=

n_jobs() {
    nproc 2>/dev/null || echo 1
}

# NAME COMMAND...: one line; on failure the end of the log.
step() {
    name=$1
    shift
    start=$(date +%s)
    rc=0
    ("$@") >"$logs/$name.log" 2>&1 || rc=$?
    took="$(($(date +%s) - start)) s"
    if [ "$rc" -eq 0 ]; then
        printf '%-24s ok     %s\n' "$sanitizer $name" "$took"
        return 0
    fi
    printf '%-24s FAILED %s\n' "$sanitizer $name" "$took"
    tail -n 30 "$logs/$name.log" | sed 's/^/    /'
    echo "    log: ${logs#"$src"/}/$name.log"
    status=1
    return 1
}

build() {
    cd "$dir"
    if [ ! -e Makefile ] || [ -n "$(find "$src/configure" \
        -newer config.status)" ]; then
        "$src/configure" CC=gcc --enable-sanitize="$sanitizer"
    fi
    make -j"$(n_jobs)"
    make -j"$(n_jobs)" check TESTS=
}

check() { # PATTERN: the programs of `make check` with this in their name
    list=$(make -s -C "$dir" list-tests | grep "$1" | tr '\n' ' ')
    [ -n "$list" ] || return 1
    SIM_SEEDS=200 make -k -C "$dir" check "TESTS=${list% }" || {
        for test in $list; do
            grep -qs '^:test-result: PASS' "$dir/${test%.sh}.trs" ||
                cat "$dir/${test%.sh}.log"
        done
        return 1
    }
}

# Sanitizers write here, whatever a test does with what it has started.
no_reports() {
    cat "$logs"/report.* 2>/dev/null || return 0
    return 1
}

sanitize() { # address|thread
    sanitizer=$1
    dir=$src/build/asan
    [ "$1" = address ] || dir=$src/build/tsan
    logs=$dir/log
    mkdir -p "$logs"
    rm -f "$logs"/report.*
    common="log_path=$logs/report:abort_on_error=0"
    step build build || return 0
    # make check sets options of its own, and reports on stderr.
    step unit check '^tests/unit/' || :
    step fuzz check '^tests/fuzz/' || :
    step seeds check '^tests/sim_seeds' || :
    ASAN_OPTIONS="$common:detect_stack_use_after_return=1"
    UBSAN_OPTIONS="$common:print_stacktrace=1"
    TSAN_OPTIONS="$common:suppressions=$src/tests/tsan.supp"
    # What libzmq's thread has received looks like a race at each word: to seek
    # and to suppress them takes minutes for a large message. So what libraries
    # do that are not built for it is not looked at.
    TSAN_OPTIONS="$TSAN_OPTIONS:ignore_noninstrumented_modules=1"
    # What curses keeps of a TERM that it does not know.
    LSAN_OPTIONS="suppressions=$src/tests/lsan.supp:print_suppressions=0"
    LB_BUILD=$dir
    export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS LSAN_OPTIONS LB_BUILD
    LB_PIDS_JOBS=500
    export LB_PIDS_JOBS
    for file in strange clients hostile commands coprocess files_travel \
        ctl_jobs lbtop_usage lbtop_faults; do
        step "$file" bats --tap "tests/e2e/$file.bats" || :
    done
    step kill "$dir/tests/nemesis/nemesis" kill --quick-disk --events 4 || :
    step soak bash tests/e2e/soak.sh 60 || :
    step reports no_reports || :
}

unset LB_NODE LB_KEY LB_TIMEOUT LB_OUTPUT LB_CONFIG NO_COLOR
case ${1:-all} in
all) sanitize address; sanitize thread ;;
address | thread) sanitize "$1" ;;
*)
    echo "sanitize: \"$1\" is not one of address thread" >&2
    exit 2
    ;;
esac
exit "$status"

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# run.sh [NAME] [SECONDS [DIR]] - fuzzes what takes in bytes of others with
# libFuzzer, under AddressSanitizer and UBSan, beginning with its corpus: all
# targets one after the other, SECONDS (60) each, or NAME alone. Builds in DIR
# (default: build/fuzz), where new inputs (found/NAME) and finds (NAME-*) are
# left. Status 1: there are finds.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
names='client config core frame jobfile journal kinds msg names replay workload'
case ${1-} in
'' | *[!a-z]*) ;;
*)
    case " $names " in
    *" $1 "*) names=$1 ;;
    *)
        echo "run.sh: no target \"$1\"; targets: $names" >&2
        exit 2
        ;;
    esac
    shift
    ;;
esac
seconds=${1:-60}
dir=${2:-$top/build/fuzz}
case $seconds in
*[!0-9]*)
    echo "run.sh: \"$seconds\" is no number of seconds" >&2
    exit 2
    ;;
esac
case ${CC:=clang} in
*clang*) ;;
*)
    echo "run.sh: $CC has no libFuzzer; set CC to a clang" >&2
    exit 2
    ;;
esac

build() {
    mkdir -p "$dir"
    cd "$dir"
    [ -e Makefile ] || "$top/configure" -q CC="$CC" \
        CPPFLAGS=-DLB_LIBFUZZER CFLAGS="-g -O1 -fno-omit-frame-pointer \
            -fsanitize=fuzzer-no-link,address,undefined \
            -fno-sanitize-recover=all"
    make -s LDFLAGS=-fsanitize=fuzzer,address,undefined fuzz-programs
}

build >"${TMPDIR:-/tmp}/fuzz-build.$$" 2>&1 || {
    tail -n 30 "${TMPDIR:-/tmp}/fuzz-build.$$" >&2
    rm -f "${TMPDIR:-/tmp}/fuzz-build.$$"
    exit 1
}
rm -f "${TMPDIR:-/tmp}/fuzz-build.$$"
cd "$dir"
status=0
for name in $names; do
    mkdir -p "found/$name"
    rc=0
    nice "tests/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len=8192 \
        -timeout=20 -artifact_prefix="$dir/$name-" "found/$name" \
        "$top/tests/fuzz/corpus/$name" >"$name.log" 2>&1 || rc=$?
    n=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$name.log")
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$name.log" | tail -n 1)
    if [ "$rc" -eq 0 ]; then
        echo "$name: $n inputs, $covered branches, no finds"
    else
        echo "$name: a find; see $dir/$name.log"
        status=1
    fi
done
exit "$status"

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# run.sh NAME [SECONDS [DIR]] - fuzzes the decoder NAME (msg, frame, workload,
# names, replay) with libFuzzer, beginning with its corpus. Builds in DIR
# (default: a new one under ${TMPDIR:-/tmp}), where finds and new inputs are
# left.
set -eu

name=${1:?usage: run.sh NAME [SECONDS [DIR]]}
seconds=${2:-60}
dir=${3:-$(mktemp -d "${TMPDIR:-/tmp}/fuzz.XXXXXX")}
top=$(cd "$(dirname "$0")/../.." && pwd)

case $name in
msg | frame | workload | names) set -- "$0" ;;
replay) # what a recording is read by, and the model that it feeds
    set -- "$0" "$top"/base/text.c "$top"/base/units.c \
        "$top"/tui/record*.c "$top"/tui/replay.c \
        "$top"/tui/model*.c "$top"/tui/notes*.c "$top"/tui/ring.c
    ;;
*)
    echo "run.sh: no decoder \"$name\"; msg frame workload names replay" >&2
    exit 2
    ;;
esac

shift
mkdir -p "$dir/found"
"${CC:-clang}" -std=c11 -D_GNU_SOURCE -g -O1 -I"$top" \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -o "$dir/fuzz_$name" "$top/tests/fuzz/fuzz_$name.c" \
    "$top/tests/fuzz/samples.c" "$top/tests/fuzz/walk.c" \
    "$@" "$top"/proto/msg*.c "$top/proto/frame.c" "$top/proto/names.c" \
    "$top/proto/workload.c" "$top/base/bytes.c" "$top/base/xalloc.c" -lz
"$dir/fuzz_$name" -max_total_time="$seconds" -max_len=8192 \
    -artifact_prefix="$dir/" "$dir/found" "$top/tests/fuzz/corpus/$name"
echo "run.sh: inputs are in $dir"

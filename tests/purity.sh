#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# core/ decides and touches nothing: its objects name only symbols of core,
# base (not the log) and proto, a few of C, and what hardening adds.
set -eu
cd "${LB_BUILD:-.}"
nm=${NM:-nm} # libtool adds options to it: unquoted below

c='abort|__assert_fail|free|qsort|memcpy|memmove|memset|memcmp|bcmp|strlen'
added='__stack_chk_fail|__[a-z]+_chk|_GLOBAL_OFFSET_TABLE_'
# A build with sanitizers or coverage calls these everywhere.
tools='__(asan|ubsan|tsan|sanitizer|gcov|llvm)_.*|__start___sancov.*|_mcleanup'

ls core/*.o >/dev/null 2>&1 || {
    echo "purity: no objects in $PWD/core: run make first"
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for lib in libbase.a libproto.a; do
    $nm --defined-only -g "$lib" 2>/dev/null
done | awk 'NF == 3 { print $3 }' | grep -v '^log_' >"$work/known"
$nm --defined-only -g core/*.o | awk 'NF == 3 { print $3 }' >>"$work/known"

$nm -A -u core/*.o | awk '{ print $NF, $1 }' | sort -u >"$work/used"
awk -v allow="^($c|$added|$tools)\$" '
    NR == FNR { known[$1]; next }
    !($1 in known) && $1 !~ allow { print $2 " calls " $1 }
' "$work/known" "$work/used" >"$work/breaches"

if [ -s "$work/breaches" ]; then
    cat "$work/breaches"
    echo "purity: $(wc -l <"$work/breaches") calls leave core/"
    exit 1
fi
echo "purity: $(wc -l <"$work/used") references, none leaves core/"

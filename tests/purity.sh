#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# core/ decides and touches nothing, and neither does what draws the console:
# their objects name only symbols of their own, of base (not the log) and
# proto, a few of C, and what hardening adds.
set -eu
cd "${LB_BUILD:-.}"
nm=${NM:-nm} # libtool adds options to it: unquoted below

c='abort|__assert_fail|free|qsort|memcpy|memmove|memset|memcmp|bcmp|strlen'
# Strings, and regular expressions of the filter, depend on nothing outside.
strings='strcmp|strncmp|memchr|strchr|strrchr|strstr|strspn|strcspn|strncasecmp'
strings="$strings|strcasecmp|strtod|(__isoc23_)?strtoul|strtok_r"
strings="$strings|regcomp|regexec|regerror|regfree"
added='__stack_chk_fail|__[a-z]+_chk|_GLOBAL_OFFSET_TABLE_'
# A build with sanitizers or coverage calls these everywhere.
tools='__(asan|ubsan|tsan|sanitizer|gcov|llvm)_.*|__start___sancov.*|_mcleanup'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for lib in libbase.a libproto.a; do
    $nm --defined-only -g "$lib" 2>/dev/null
done | awk 'NF == 3 { print $3 }' | grep -v '^log_' >"$work/below"

# NAME ALSO FILE...: the objects, or archive, of a pure part.
check() {
    name=$1 also=$2
    shift 2
    [ -e "$1" ] || {
        echo "purity: no $1 in $PWD: run make first"
        exit 1
    }
    cp "$work/below" "$work/known"
    $nm --defined-only -g "$@" | awk 'NF == 3 { print $3 }' >>"$work/known"
    $nm -A -u "$@" | awk '{ print $NF, $1 }' | sort -u >"$work/used"
    awk -v allow="^($c|$also|$added|$tools)\$" '
        NR == FNR { known[$1]; next }
        !($1 in known) && $1 !~ allow { print $2 " calls " $1 }
    ' "$work/known" "$work/used" >"$work/breaches"
    if [ -s "$work/breaches" ]; then
        cat "$work/breaches"
        echo "purity: $(wc -l <"$work/breaches") calls leave $name"
        exit 1
    fi
    echo "purity: $(wc -l <"$work/used") references, none leaves $name"
}

check core/ none core/*.o
check "the pure part of tui/" "$strings" libtui.a

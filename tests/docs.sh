#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Documents name what the sources have: liblb(3) every function of lb.h,
# PROTOCOL.md and lbagent-protocol(7) every operation of the nodes,
# lbagent(8) every option; and the other way round. Each rule of PROTOCOL.md
# names the scenarios that show it. README.md has a whole screen of lbtop.
set -eu
cd "${LB_SRC:-$(dirname "$0")/..}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# SOURCE DOCUMENT: the sorted lists $work/have and $work/said are the same.
same() {
    [ -s "$work/have" ] || { echo "docs: nothing found in $1"; exit 1; }
    diff "$work/have" "$work/said" >"$work/diff" && return
    bad=1
    echo "$2 differs (< $1, > $2):"
    grep '^[<>]' "$work/diff"
}

grep -o 'lb_[a-z_]*(' proto/lb.h | tr -d '(' | sort -u >"$work/have"
sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.F[no] \(lb_[a-z_]*\).*/\1/p' \
    man/liblb.3 | sort -u >"$work/said"
same proto/lb.h man/liblb.3

{
    sed -n '/^static const struct op ops\[\]/,/^};/s/^    { "\([a-z_]*\)".*/\1/p' \
        core/command.c
    sed -n '/^} ops\[\] = {/,/^};/s/^    { "\([a-z_]*\)".*/\1/p' \
        agent/shell_command.c
} | sort -u >"$work/have"
sed -n '/^## 9/,$s/^| \([a-z_, ]*\) | [vso] |.*/\1/p' proto/PROTOCOL.md |
    tr -s ', ' '\n' | sort -u >"$work/said"
same core/command.c proto/PROTOCOL.md
sed -n '/^Operations:/,/^\.Ss/s/^\.Cm //p' man/lbagent-protocol.7 |
    tr -s ' ,.' '\n' | grep . | sort -u >"$work/said"
same core/command.c man/lbagent-protocol.7

sed -n '/^static const struct argp_option/,/^};/s/^    { "\([a-z-]*\)".*/\1/p' \
    agent/options.c | sort -u >"$work/have"
sed -n 's/^\.It Fl .*-\([a-z]\{2,\}\).*/&/p' man/lbagent.8 |
    sed 's/^\.It Fl \(. , \)*-//; s/[ ,].*//' | sort -u >"$work/said"
same agent/options.c man/lbagent.8

# Each rule of section 7 names scripts that exist; each race is one of a rule.
# shellcheck disable=SC2016  # backquotes of the page
sed -n '/^### 7\.1/,/^## 8/s/^| .* | \(`.*`\) |$/\1/p' proto/PROTOCOL.md |
    tr -s '` ' '\n' | grep . | sort -u >"$work/said"
[ -s "$work/said" ] || { echo 'PROTOCOL.md: no scenarios'; exit 1; }
while read -r name; do
    [ -e "tests/scenario/$name.txt" ] && continue
    echo "PROTOCOL.md: no tests/scenario/$name.txt"
    bad=1
done <"$work/said"
for file in tests/scenario/race-*.txt; do
    name=${file##*/}
    grep -qx "${name%.txt}" "$work/said" && continue
    echo "PROTOCOL.md: no rule names $file"
    bad=1
done

# 24 lines of at most 80 columns, the first of them the title.
sed -n '/^<!-- lbtop -->$/,/^<!-- \/lbtop -->$/p' README.md |
    sed '1,2d; $d' | sed '$d' >"$work/screen"
if [ "$(wc -l <"$work/screen")" -ne 24 ] ||
    [ "$(LC_ALL=C.UTF-8 wc -L <"$work/screen")" -gt 80 ] ||
    ! head -n 1 "$work/screen" | grep -q '^ lbtop .* nodes: '; then
    echo 'README.md: no screen of lbtop of 80x24; ./run shots --readme'
    bad=1
fi

[ $bad -eq 0 ] || exit 1
echo "docs: functions, operations, options and scenarios agree"

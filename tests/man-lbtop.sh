#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# lbtop(1) has what lbtop has, and nothing else: the options of --help, the
# keys of the table of keys, the commands of its command line, the columns,
# the keys of lbtop.ini, the states.
set -eu
cd "${LB_SRC:-$(dirname "$0")/..}"
build=${LB_BUILD:-$PWD/build}
page=man/lbtop.1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# WHAT: the lists $work/have (of the program) and $work/said (of the page).
same() {
    sort -u "$work/have" -o "$work/have"
    sort -u "$work/said" -o "$work/said"
    [ -s "$work/have" ] || { echo "man-lbtop: no $1 found"; exit 1; }
    diff "$work/have" "$work/said" >"$work/diff" && return
    bad=1
    echo "$1 differ (< lbtop, > $page):"
    grep '^[<>]' "$work/diff"
}

# MACRO: the words of its items, from standard input: ".It Ic F1 , \&?".
items() {
    sed -n "s/^\\.It $1 //p" | sed 's/ , /\n/g' |
        sed 's/^\\&//; s/^\\-/-/; s/^\\e/\\/'
}

# HEAD: the text of this section or subsection.
section() {
    awk -v head="$1" '
        /^\.S[hs] / { on = substr($0, 5) == head }
        on
    ' "$page"
}

"$build/lbtop" --help |
    sed -n 's/^  \(-[a-zA-Z-].*\)/\1/p; s/^      \(--[a-z].*\)/\1/p' |
    sed 's/   *.*//; s/\[.*//; s/, /\n/g' | sed 's/=.*//' >"$work/have"
# An item may have several: ".It Fl -at Ar TIME , Fl -until Ar TIME".
sed -n 's/^\.It \(Fl .*\)/\1/p' "$page" | grep -o 'Fl [a-zA-Z0-9-]*' |
    sed 's/^Fl /-/' >"$work/said"
same options

# The names that key_table.c has for keys, as the page has them.
sed -n '/^const struct key_row key_table/,/^};/p' tui/key_table.c |
    tr '\n' ' ' | grep -o "{ { [^}]*}\|{ { '}' }" |
    grep -o "F([0-9]*)\|'\\\\\\\\'\|'[^']'\|KEY_[A-Z_]*\|CTRL_[A-Z]" |
    awk '
        /^F\(/ { gsub(/[()]/, ""); print; next }
        /^\047/ { c = substr($0, 2, length($0) - 2)
            print c == "\\\\" ? "\\" : c == " " ? "Space" : c; next }
        /^CTRL_/ { print "Ctrl-" substr($0, 6); next }
        {
            name["KEY_ESCAPE"] = "Esc"; name["KEY_BACK"] = "Backspace"
            name["KEY_ENTER_"] = "Enter"; name["KEY_TAB_"] = "Tab"
            name["KEY_BACK_TAB"] = "Shift-Tab"; name["KEY_DELETE"] = "Del"
            name["KEY_UP_"] = "Up"; name["KEY_DOWN_"] = "Down"
            name["KEY_LEFT_"] = "Left"; name["KEY_RIGHT_"] = "Right"
            name["KEY_PAGE_UP"] = "PgUp"; name["KEY_PAGE_DOWN"] = "PgDn"
            name["KEY_HOME_"] = "Home"; name["KEY_END_"] = "End"
            print $0 in name ? name[$0] : $0
        }' >"$work/have"
{
    section 'What changes something'
    section 'What looks'
} | items Ic >"$work/said"
same keys

sed -n '/^const char \*const app_command_names/,/^};/p' tui/app_command.c |
    grep -o '"[a-z]*"' | tr -d '"' >"$work/have"
section 'COMMAND LINE' | items Cm | sed 's/ .*//' >"$work/said"
same commands

"$build/lbtop" -c help | sed 's/ .*//' >"$work/have"
section Columns | sed '1d; /^\.Pp/,$d; s/^\.Cm //' |
    grep -o '[a-z0-9_]*' >"$work/said"
same columns

sed -n '/ setup_rows\[\] = {/,/^};/s/^    { "\([a-z_0-9]*\)".*/\1/p' tui/setup.c \
    >"$work/have"
section FILES | items Ic >"$work/said"
same 'keys of lbtop.ini'

sed -n '/COLUMN_STATE\] = /,/}/p' tui/column.c |
    tr -d '\n"' | grep -o 'run idle[a-z ]*' | tr -s ' ' '\n' >"$work/have"
section States | items Cm | tr '[:upper:]' '[:lower:]' >"$work/said"
same states

[ $bad -eq 0 ] || exit 1
echo "man-lbtop: options, keys, commands, columns, lbtop.ini, states agree"

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# lbagent.ini(5) and the packaged node.ini have the keys of the table in
# agent/config_keys.c: in its order, with its defaults; the page also with
# ranges and what is live.
set -eu
src=${LB_SRC:-$(dirname "$0")/..}
build=${LB_BUILD:-$src/build}
page=$src/man/lbagent.ini.5
packaged=$src/conf/node.ini

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/tests/tools/config_keys" >"$work/table"
[ -s "$work/table" ] || { echo "man-keys: the table is empty"; exit 1; }

# Each ".It Ic NAME No = DEFAULT" in a section, and the sentence below it.
# shellcheck disable=SC2016  # awk's own $0
awk '
    BEGIN { OFS = "\t" }
    function put() {
        if (name != "")
            print section, name, value, range, live
        name = ""
    }
    /^\.S[hs] / { put(); section = "" }
    /^\.Ss \[/ { section = substr($2, 2, length($2) - 2) }
    section != "" && /^\.It Ic / {
        put()
        name = $3
        value = "?"
        range = live = ""
        if ($4 == "No") {
            value = $0
            sub(/^\.It Ic [^ ]+ No = ?/, "", value)
        }
        next
    }
    name != "" && live == "" {
        range = range (range == "" ? "" : " ") $0
        if (sub(/; live\.$/, "", range))
            live = "live"
        else if (sub(/; at restart\.$/, "", range))
            live = "at restart"
        else if (/^\./)
            live = "not said"
    }
    END { put() }
' "$page" >"$work/page"

# Each ";NAME = DEFAULT" in a section. What depends on the host says so, or
# stands as it is for root.
# shellcheck disable=SC2016
awk '
    BEGIN { OFS = "\t" }
    /^;?\[/ {
        section = $1
        sub(/^;?\[/, "", section)
        sub(/\]$/, "", section)
    }
    /^;?[a-z_]+ *=/ {
        value = $0
        sub(/^[^=]*= */, "", value)
        sub(/^;/, "")
        sub(/ *=.*/, "")
        print section, $0, value
    }
' "$packaged" >"$work/packaged"

# shellcheck disable=SC2016
awk '
    BEGIN { FS = OFS = "\t" }
    { print $1, $2, $3 == "?" && $2 == "state_dir" ? "/var/lib/lbagent" \
                  : $3 == "?" && $2 == "run_dir" ? "/run/lbagent" \
                  : $3 == "?" ? "" : $3 }
' "$work/table" >"$work/wanted"

bad=0
# TITLE WANTED FOUND
same() {
    diff -U 0 "$2" "$3" >"$work/diff" && return
    bad=1
    echo "$1 differs (- agent/config_keys.c, + $1):"
    grep '^[-+][a-z]' "$work/diff" || cat "$work/diff"
}
same man/lbagent.ini.5 "$work/table" "$work/page"
same conf/node.ini "$work/wanted" "$work/packaged"
[ $bad -eq 0 ] || exit 1
echo "man-keys: $(wc -l <"$work/table") keys agree"

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# `make install` brings node.ini and leaves one that is there as it is;
# `make uninstall` takes away only what it brought.
set -eu
src=${LB_SRC:-$(dirname "$0")/..}
build=${LB_BUILD:-$src/build}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install() { # TARGET
    MAKEFLAGS='' make -s -C "$build" "$1" DESTDIR="$work" >"$work/log" 2>&1 ||
        { cat "$work/log"; echo "install: make $1 failed"; exit 1; }
}
fail() {
    echo "install: $1"
    exit 1
}

install install-data-local
file=$(find "$work" -path '*/lbagent/node.ini')
[ -n "$file" ] || fail "no node.ini was installed"
cmp "$src/conf/node.ini" "$file"
install uninstall-local
[ ! -e "$file" ] || fail "uninstall left node.ini"

echo 'mine' >"$file"
install install-data-local
[ "$(cat "$file")" = mine ] || fail "install wrote over node.ini"
install uninstall-local
[ -e "$file" ] || fail "uninstall removed a node.ini that somebody wrote"
echo "install: node.ini is brought once, and kept"

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Who may include what: base <- proto <- core <- agent, sim;
# base <- kinds <- agent, ctl, sim; base, proto <- ctl, tui. And core/ sees no
# header of the world.
set -eu
cd "${LB_SRC:-$(dirname "$0")/..}"

breaches=$(mktemp)
trap 'rm -f "$breaches"' EXIT

# FOLDER "LAYERS IT MAY SEE": every quoted include starts with one of them.
layer() {
    for file in "$1"/*.[ch]; do
        [ -f "$file" ] || continue
        grep -n '^ *# *include *"' "$file" |
            grep -v -E "\"($2)/[a-z0-9_]+\\.h\"" |
            sed "s@^@$file:@; s@\$@  ($1/ may include $2)@" >>"$breaches" || :
    done
}

# FOLDER "HEADERS" WHY: every system include is one of them.
system() {
    for file in "$1"/*.[ch]; do
        [ -f "$file" ] || continue
        grep -n '^ *# *include *<' "$file" | grep -v -E "<($2)\\.h>" |
            sed "s@^@$file:@; s@\$@  ($3)@" >>"$breaches" || :
    done
}

# HEADER "FILES": no other file includes it.
only() {
    grep -l -E "^ *# *include *<$1>" ./*/*.[ch] 2>/dev/null |
        grep -v -E "^\\./($2)\$" |
        sed "s@\$@: <$1> is for $2 alone@" >>"$breaches" || :
}

layer base base
layer proto 'base|proto'
layer kinds 'base|kinds'
layer core 'base|proto|core'
layer agent 'base|proto|kinds|core|agent'
layer sim 'base|proto|kinds|core|sim'
layer ctl 'base|proto|kinds|ctl'
layer tui 'base|proto|tui'
system core 'assert|errno|float|inttypes|limits|stdarg|stdbool|stddef|stdint|stdlib|string' \
    'core/ is pure: no clock, socket, file, thread or log'
only 'sqlite3\.h' 'agent/journal[a-z_]*\.[ch]'
only 'curses\.h' 'tui/term(_read)?\.c'

if [ -s "$breaches" ]; then
    cat "$breaches"
    echo "layers: $(wc -l <"$breaches") includes cross a layer"
    exit 1
fi
echo "layers: every include stays in its layers"

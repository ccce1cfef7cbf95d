# SPDX-License-Identifier: MPL-2.0
# What the tests of the screen share: lbtop in a tmux server of their own, with
# no configuration of the user, no delay of Esc, and a size that is fixed.
# Nothing here waits for a time to pass: always for a text to be there.
# shellcheck shell=bash disable=SC2154

tm_count=0                      # each terminal has a server of its own

tm() { tmux -S "$work/tmux.$tm_count" -f "$work/tmux.conf" "$@"; }

# term_setup [TERM]: what lbtop is told that it runs in. Writes the script that
# the terminal runs: modes before and after, status.
term_setup() {
    cat >"$work/tmux.conf" <<END
set -g status off
set -s escape-time 0
set -g remain-on-exit on
set -g default-terminal ${1:-xterm-256color}
END
    cat >"$work/in-pane" <<'END'
#!/usr/bin/env bash
# Its own TMUX would switch off what only a bare terminal has.
unset TMUX TMUX_PANE STY LINES COLUMNS
ulimit -c 0
rm -f status after
closed=
trap closed=1 HUP
stty -a >before
"$@"
rc=$?
stty -a >after
echo "$rc" >status
# A terminal that has ended shows no cursor.
[ -n "$closed" ] || exec sleep 600
END
    chmod +x "$work/in-pane"
    top_size=80x24
}

# term_start COMMAND...: in a new terminal of $top_size; the former one goes.
term_start() {
    term_teardown
    tm_count=$((tm_count + 1))
    rm -f "$work"/status "$work"/before "$work"/after
    tm new-session -d -s t -x "${top_size%x*}" -y "${top_size#*x}" \
        "$work/in-pane" "$@" 3>&-
}

# start_top OPTION...: lbtop, until it has drawn its first line.
start_top() {
    term_start lbtop "$@"
    sees lbtop
}

# Ends the terminal, and waits for what ran in it.
term_teardown() {
    local pids pid
    pids=$(tm list-panes -a -F '#{pid} #{pane_pid}' 2>/dev/null) || return 0
    tm kill-server 2>/dev/null || :
    for pid in $pids; do
        await gone "$pid"
    done
}
# Ended, even if nobody has asked for its status yet.
# shellcheck disable=SC2317  # called by await
gone() { ! grep -q . "/proc/$1/cmdline" 2>/dev/null; }

screen() { tm capture-pane -p -t t; }
shows() { screen | grep -qF -- "$1"; }
shows_not() { ! shows "$1"; }
# shellcheck disable=SC2317  # called by await
shows_re() { screen | grep -qE -- "$1"; }

# Until the text is (not) on the screen; else the screen is shown.
sees() { await shows "$1" || { screen >&2; return 1; }; }
sees_re() { await shows_re "$1" || { screen >&2; return 1; }; }
sees_no() { await shows_not "$1" || { screen >&2; return 1; }; }

# keys KEY...: as tmux names them; bytes HEX...: as they come from a line.
keys() { tm send-keys -t t "$@"; }
types() { tm send-keys -t t -l -- "$1"; }
bytes() { tm send-keys -t t -H "$@"; }

resize() { tm resize-window -t t -x "${1%x*}" -y "${1#*x}"; }

# NAME: what tmux knows of the terminal: cursor_flag, alternate_on ...
term_flag() { tm display-message -p -t t "#{$1}"; }

# Number of the process that the script in the terminal runs; of that process's
# first child with an argument of 2 ...
top_pid() {
    local pid i
    pid=$(term_flag pane_pid)
    for ((i = 0; i < ${1:-1}; i++)); do
        read -r pid _ <"/proc/$pid/task/$pid/children"
    done
    echo "$pid"
}

# ends STATUS: lbtop ends so, and leaves the terminal as it was.
ends() {
    await [ -s "$work/status" ] || { screen >&2; return 1; }
    [ "$(cat "$work/status")" = "$1" ] || {
        echo "status $(cat "$work/status"), not $1" >&2
        return 1
    }
    restored
}

# Modes as before, cursor visible, no second screen, no mouse.
restored() {
    diff "$work/before" "$work/after" >&2 || return 1
    [ "$(term_flag cursor_flag)$(term_flag alternate_on)" = 10 ] || return 1
    [ "$(term_flag mouse_any_flag)$(term_flag keypad_flag)" = 00 ]
}

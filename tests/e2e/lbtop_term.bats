#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# Whatever ends or stops lbtop, the terminal is as it was before: modes, cursor,
# screen, mouse, bracketed paste. None of it needs an agent.
# shellcheck disable=SC2154,SC2119,SC2120  # lib.bash sets $work

load lib.bash
load tmux.bash

setup() {
    lb_setup
    term_setup
}
teardown() {
    term_teardown
    lb_teardown
}

# lbtop draws, with everything on that has to be put back.
begin() {
    start_top --demo 12 --mouse "$@"
    sees '12 nodes'
    [ "$(term_flag alternate_on)" = 1 ]
    [ "$(term_flag cursor_flag)" = 0 ]
    [ "$(term_flag mouse_any_flag)" = 1 ]
    pid=$(top_pid)
    [ "$(cat "/proc/$pid/comm")" = lbtop ]
}

@test "q" {
    begin
    keys q
    ends 0
    # What is pasted then comes without the brackets that lbtop asked for.
    tm set-buffer afterwards
    tm paste-buffer -p -t t
    sees afterwards
    shows_not '200~'
}

@test "ctrl-C" {
    begin
    keys C-c
    ends 130
    # From inside a question and an input line as well.
    begin
    keys d
    sees 'Type the node name'
    keys C-c
    ends 130
    begin
    keys F4
    keys C-c
    ends 130
}

@test "TERM, INT and QUIT" {
    begin
    kill -TERM "$pid"
    ends 143
    begin
    kill -INT "$pid"
    ends 130
    begin
    kill -QUIT "$pid"
    ends 143
}

@test "HUP: a quiet end" {
    begin
    kill -HUP "$pid"
    ends 1
    not shows lbtop:
}

@test "SEGV, ABRT, BUS, FPE, ILL: restored, and the signal's own end" {
    local name number
    for name in SEGV:11 ABRT:6 BUS:7 FPE:8 ILL:4; do
        begin
        kill -"${name%:*}" "$pid"
        number=${name#*:}
        ends $((128 + number))
    done
}

@test "KILL cannot be helped, but the next lbtop starts well" {
    begin
    kill -KILL "$pid"
    await [ -s status ]
    tm respawn-pane -k -t t "$work/in-pane lbtop --demo 12"
    sees '12 nodes'
    keys q
    await [ -s status ]
}

# A parent that watches its job stop, without a shell that repairs the modes;
# it goes on when it is told to.
stopper() {
    cat >stopper <<'END'
#!/usr/bin/env bash
set -m
left() {
    stty -a >stopping
    mv stopping stopped
    read -r _
    fg >/dev/null
}
lbtop --demo 12 --mouse
left
left
exit $?
END
    chmod +x stopper
}

# The terminal belongs to the parent: modes, cursor, screen, mouse, and what is
# pasted comes without brackets.
is_left() {
    await [ -s stopped ]
    diff before stopped
    rm stopped
    [ "$(term_flag alternate_on)$(term_flag cursor_flag)" = 01 ]
    [ "$(term_flag mouse_any_flag)" = 0 ]
    tm set-buffer "$1"
    tm paste-buffer -p -t t
    sees "$1"
    shows_not '200~'
}

@test "ctrl-Z and fg: the terminal is left, and taken again" {
    local text
    stopper
    term_start "$work/stopper"
    sees '12 nodes'
    stty_of_top >running
    for text in once twice; do
        keys C-z
        is_left "$text"
        keys Enter
        sees '12 nodes'
        tm paste-buffer -p -t t
        sees 'paste ignored'
        keys '?'
        sees 'lbtop help'
        [ "$(term_flag alternate_on)$(term_flag cursor_flag)" = 10 ]
        [ "$(term_flag mouse_any_flag)" = 1 ]
        # Modes are those from before it was stopped.
        stty_of_top | diff running -
        keys Escape
        sees_no 'lbtop help'
    done
    keys q
    ends 0
}
stty_of_top() { stty -a <"$(term_flag pane_tty)"; }

@test "STOP and CONT from outside: drawn again" {
    begin -d 60s
    kill -STOP "$pid"
    # Who has the terminal meanwhile writes to it.
    printf '\033[8;5Hspoilt' >"$(term_flag pane_tty)"
    sees spoilt
    kill -CONT "$pid"
    sees_no spoilt
    keys '?'
    sees 'lbtop help'
    kill -TERM "$pid"
    ends 143
}

@test "the terminal closes: lbtop ends, and nothing is left that spins" {
    begin
    tm kill-server
    await gone "$pid"
}

@test "the terminal closes and nobody sends HUP: lbtop ends as well" {
    cat >no-hup <<'END'
#!/usr/bin/env bash
exec setsid -w lbtop --demo 12
END
    chmod +x no-hup
    term_start "$work/no-hup"
    sees '12 nodes'
    pid=$(top_pid)
    [ "$(cat "/proc/$pid/comm")" = lbtop ]
    [ "$(awk '{ print $7 }' "/proc/$pid/stat")" = 0 ]
    tm kill-server
    await gone "$pid"
}

@test "stdin closes, keys come from the terminal all the same" {
    cat >no-stdin <<'END'
#!/usr/bin/env bash
exec lbtop --demo 12 </dev/null
END
    chmod +x no-stdin
    term_start "$work/no-stdin"
    sees '12 nodes'
    keys '?'
    sees 'lbtop help'
    keys Escape
    sees_no 'lbtop help'
    keys q
    ends 0
}

@test "what is written to stderr meanwhile is kept and shown" {
    cat >noisy <<'END'
#!/usr/bin/env bash
lbtop --demo 12 --keys 3 2>said
rc=$?
cat said
exit $rc
END
    chmod +x noisy
    term_start "$work/noisy"
    sees '12 nodes'
    pid=$(top_pid 2)
    echo 'something odd' >"/proc/$pid/fd/2"
    sees 'something odd'
    keys q
    keys q
    ends 0
    grep -q 'something odd' said
}

@test "messages of a crash are not lost" {
    cat >noisy <<'END'
#!/usr/bin/env bash
lbtop --demo 12 2>said
END
    chmod +x noisy
    term_start "$work/noisy"
    sees '12 nodes'
    pid=$(top_pid 2)
    kill -STOP "$pid"
    echo 'assertion failed' >"/proc/$pid/fd/2"
    kill -ABRT "$pid"
    kill -CONT "$pid"
    ends 134
    grep -q 'assertion failed' said
}

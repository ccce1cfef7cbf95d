#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# What Tab completes after "lbctl completion bash" was read by bash.
# shellcheck disable=SC2154

load lib.bash

setup() {
    lb_setup
    lbctl completion bash >read-it
    # shellcheck disable=SC1091
    . ./read-it
}
teardown() { lb_teardown; }

# WORD...: what the last one may become.
tab() {
    # shellcheck disable=SC2034  # of the function
    COMP_WORDS=(lbctl "$@") COMP_CWORD=$#
    COMPREPLY=(left over)
    _lbctl
    echo "${COMPREPLY[*]}"
}

@test "commands are completed, wherever the command stands" {
    complete -p lbctl | grep -q -- '-F _lbctl'
    [ "$(tab thr)" = throttle ]
    [ "$(tab -n south can)" = cancel ]
    [ "$(tab --node = south --json can)" = cancel ]
    [ "$(tab --color=always -q can)" = cancel ]
    [ "$(tab help sub)" = submit ]
    # All that help lists, in its order.
    [ "$(tab '')" = "$(lbctl help | sed -n '/^Commands/,/^Options/p' |
        sed '1d;$d' | xargs)" ]
}

@test "options are completed: those of the command, and those of all" {
    [ "$(tab cancel --qu)" = '--quiet --queued' ]
    [ "$(tab cancel --deadline)" = '' ]
    [ "$(tab drain --dead)" = --deadline ]
    [ "$(tab --js)" = --json ]
    [ "$(tab drain south --wait --f)" = --force ]
    [ "$(tab status --watch = 5s --as)" = --as-hosts ]
}

@test "every option that help tells of is completed" {
    local command option
    for command in $(tab ''); do
        for option in $(lbctl help "$command" | sed '1,2d' |
            grep -oE -- '--[a-z][a-z-]+' | sort -u); do
            # top's and lbctl's own, in a sentence.
            [ "$command" != top ] || continue
            [[ " $(tab "$command" -) " == *" $option "* ]] ||
                { echo "$command $option" >&2; return 1; }
        done
    done
}

@test "values, words and commands of jobs are left to bash" {
    [ "$(tab -n can)" = '' ]
    [ "$(tab run --retries --)" = '' ]
    [ "$(tab run --timeout = --)" = '' ]
    [ "$(tab run -- --js)" = '' ]
    [ "$(tab cancel nor)" = '' ]
    fails 2 '"zsh" is not one of bash' lbctl completion zsh
    fails 2 'a word is missing' lbctl completion
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MPL-2.0
# The set-up of ./run, with stubs in place of dpkg-query, apt-get and id: no
# package is installed and nothing is built.
# shellcheck disable=SC2016  # the stubs' own variables

bats_require_minimum_version 1.5.0

setup() {
    src=${LB_SRC:-$BATS_TEST_DIRNAME/../..}
    cd "$BATS_TEST_TMPDIR" || return
    mkdir tree bin
    cp "$src/run" "$src/packages.debian" "$src/configure.ac" tree/
    for tool in sh awk cat chmod cp date dirname env find grep head mkdir mv nproc \
        printf rm sed sleep sort tail touch tr; do
        ln -s "$(command -v "$tool")" "bin/$tool"
    done
    stub dpkg-query 'grep -qx "$4" ../installed && echo installed'
    stub id 'echo 0'
    stub apt-get 'echo "$*" >>../calls'
    stub autoreconf 'touch configure Makefile.in'
    stub make 'echo compiled'
    : >installed
    : >calls
    # What configure leaves, so that there is only `make` to do.
    mkdir tree/build
    touch tree/configure tree/Makefile.in tree/build/config.status \
        tree/build/Makefile
    unset CI
}

stub() { # NAME SCRIPT
    printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}

install_all() {
    sed '/^#/d; /^\[/d; /^$/d' tree/packages.debian >installed
}

in_tree() {
    PATH=$PWD/bin run ./tree/run "$@" </dev/null
    echo "$output"
}

@test "help and no word at all list the commands" {
    in_tree help
    [ "$status" -eq 0 ]
    [[ $output == *'demo'*'test'*'bench'*'lint'*'setup'*'clean'* ]]
    in_tree
    [ "$status" -eq 0 ]
}

@test "an unknown command is refused with the one that was meant" {
    in_tree demoo
    [ "$status" -eq 2 ]
    [ "$output" = 'run: unknown command "demoo" (did you mean "demo"?)' ]
    in_tree frobnicate
    [ "$status" -eq 2 ]
    [ "$output" = 'run: unknown command "frobnicate"' ]
}

@test "unknown options and words of a command are refused" {
    in_tree test --slow
    [ "$status" -eq 2 ]
    [[ $output == *'unknown option "--slow"'* ]]
    in_tree setup all
    [ "$status" -eq 2 ]
}

@test "nothing missing: no apt-get, no question, one line a step" {
    install_all
    in_tree setup
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ ${lines[0]} =~ ^build\ +ok\ +[0-9]+\ s$ ]]
    [ ! -s calls ]
}

@test "missing packages of the group alone are installed, and named first" {
    install_all
    sed -i '/^zlib1g-dev$/d; /^bats$/d' installed
    in_tree setup
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = 'packages: 1 missing: apt-get install'\
' --no-install-recommends zlib1g-dev' ]
    grep -q 'install.* zlib1g-dev$' calls
    run ! grep -q bats calls
}

@test "package lists are fetched once when the install fails" {
    stub apt-get 'echo "$*" >>../calls
        if [ "$1" = update ]; then touch ../lists; else test -e ../lists; fi'
    in_tree setup
    [ "$status" -eq 0 ]
    [ "$(grep -c '^update' calls)" -eq 1 ]
    [[ $(tail -n 1 calls) == install* ]]
}

@test "no root and no sudo: says the command and refuses" {
    stub id 'echo 1000'
    install_all
    sed -i '/^make$/d; /^gcc$/d' installed
    in_tree setup
    [ "$status" -eq 77 ]
    [ "$output" = 'run: 2 packages are missing and there is no sudo; as'\
' root: apt-get install --no-install-recommends gcc make' ]
}

@test "sudo is asked when there is one" {
    stub id 'echo 1000'
    stub sudo 'echo "sudo $*" >>../calls'
    install_all
    sed -i '/^make$/d' installed
    in_tree setup
    [ "$status" -eq 0 ]
    [[ ${lines[0]} == 'packages: 1 missing: sudo apt-get install'* ]]
    grep -q '^sudo -n env .*apt-get install' calls
}

@test "a step that fails shows its last lines and its log" {
    install_all
    stub make 'for i in $(printf "%0100d" 0 | sed "s/0/x /g"); do
            n=$((n + 1)); echo "line $n"; done; exit 2'
    in_tree setup
    [ "$status" -eq 1 ]
    [[ ${lines[0]} =~ ^build\ +FAILED ]]
    [ "${lines[1]}" = '    line 71' ]
    [ "${lines[30]}" = '    line 100' ]
    [ "${lines[31]}" = '    log: build/log/build.log' ]
}

@test "a test that cannot be built still ends with totals" {
    install_all
    stub make 'exit 2'
    in_tree test
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = '0 passed, 1 failed, 0 skipped' ]
}

@test "autoreconf and configure run when they are out of date" {
    install_all
    touch -d '1 hour ago' tree/configure tree/Makefile.in
    stub autoreconf 'echo "printf made >ran" >configure; chmod +x configure
        touch Makefile.in'
    in_tree setup
    [ "$status" -eq 0 ]
    [[ ${lines[0]} =~ ^autoreconf ]]
    [[ ${lines[1]} =~ ^configure ]]
    [ "$(cat tree/build/ran)" = made ]
}

@test "clean removes build and nothing else" {
    in_tree clean
    [ "$status" -eq 0 ]
    [ ! -e tree/build ]
    [ -e tree/run ]
}

#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# The form that no compiler checks: licence line first, 80 columns, files
# under 500 lines, no tabs, nothing left to do.
set -eu
cd "${LB_SRC:-$(dirname "$0")/..}"

# shellcheck disable=SC2016  # awk's own $0
find base proto kinds core agent ctl tui sim tests -name '*.[ch]' | sort |
    xargs awk '
    function complain(text) { print FILENAME ":" FNR ": " text; bad = 1 }
    FNR == 1 && $0 != "/* SPDX-License-Identifier: MPL-2.0 */" {
        complain("the first line is not the licence")
    }
    length > 80 { complain("over 80 columns") }
    /\t/ { complain("a tab") }
    /[ \t]$/ { complain("blanks at the end") }
    /TODO|FIXME/ { complain("left to do") }
    FNR == 500 { complain("the file has 500 lines or more") }
    END { exit bad }
'

# Scripts, make files, pages: the licence is in the first three lines.
# shellcheck disable=SC2016  # awk's own $0
find run .ci/run configure.ac Makefile.am ./*/local.mk tests/*.mk tests man \
    conf -type f \( -name run -o -name '*.ac' -o -name '*.am' -o -name '*.mk' \
    -o -name '*.sh' -o -name '*.bats' -o -name '*.bash' -o -name '*.[1-8]' \
    -o -name '*.service.in' -o -name '*.conf' \) | sort -u | xargs awk '
    function judge() {
        if (name != "" && !found) {
            print name ": no licence in its first three lines"
            bad = 1
        }
    }
    FNR == 1 { judge(); name = FILENAME; found = 0 }
    FNR <= 3 && /SPDX-License-Identifier: MPL-2.0/ { found = 1 }
    END { judge(); exit bad }
'

# SPDX-License-Identifier: MPL-2.0
# words - a kind of one's own, protocol plain: how many words a line has. Any
# filter that reads line by line, and writes and flushes one for each, will do.
# See kinds.ini.
{
    print NF
    fflush()
}

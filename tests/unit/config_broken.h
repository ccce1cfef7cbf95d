/* SPDX-License-Identifier: MPL-2.0 */
/* config_broken - files that are wrong, and all that is said about each. */
#ifndef LB_CONFIG_BROKEN_H
#define LB_CONFIG_BROKEN_H

#define AT(n) "node.ini:" #n ": "
#define A199 A49 A49 A49 A49 "xxx"
#define A49 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *text;
    const char *problem[4];
} BROKEN[] = {
    /* lines */
    { "name = a\n", { AT(1) "\"name = a\" stands before any [section]" } },
    { "  name = a\n", { AT(1) "indented line, and no list before it" } },
    { "[node\n", { AT(1) "\"[node\" has no \"]\"" } },
    { "[node] x\n", { AT(1) "\"x\" stands behind a [section]" } },
    { "[node]\njunk\n", { AT(2) "\"junk\" is not \"key = value\"" } },
    { "[node]\nname: a\n", { AT(2) "\"name: a\" is not \"key = value\"" } },
    { "[node]\n= a\n", { AT(2) "\"= a\" is not \"key = value\"" } },
    { "[node]\n\"name\" = a\n",
      { AT(2) "\"\"name\" = a\" is not \"key = value\"" } },
    { "[node]\n\ntags = " A199 "\n",
      { AT(3) "line longer than 199 bytes; put list items on indented "
        "lines" } },
    { "[node]\nname = \xff\n", { AT(2) "line is not UTF-8" } },
    { "[node]\nname = \xc3\n", { AT(2) "line is not UTF-8" } },
    { "[node]\nname = \xe2\x82\n", { AT(2) "line is not UTF-8" } },
    /* sections and keys */
    { "[polcy]\nname = hybrid\n",
      { AT(1) "[polcy]: unknown section (did you mean \"policy\"?)" } },
    { "[]\n", { AT(1) "[]: unknown section" } },
    { "[Node]\n",
      { AT(1) "[Node]: unknown section (did you mean \"node\"?)" } },
    { "[frobnicate]\nx = 1\ny = 2\n",
      { AT(1) "[frobnicate]: unknown section" } },
    { "[transfer]\nbath = 3\n",
      { AT(2) "[transfer] bath: unknown key (did you mean \"batch\"?)" } },
    { "[node]\nport = 1\n", { AT(2) "[node] port: unknown key" } },
    { "[node]\nname = a\nname = b\n",
      { AT(3) "[node] name: given twice, first in line 2" } },
    { "[throttle]\npercent = 5\n  6\n",
      { AT(3) "[throttle] percent: takes one value; indented lines add to a "
        "list" } },
    { "[throttle]\npercent = 5\n\n # c\n  floor = 6\n",
      { AT(5) "[throttle] percent: takes one value; indented lines add to a "
        "list" } },
    { "[node]\njunk\n  more\n  more\n",
      { AT(2) "\"junk\" is not \"key = value\"" } },
    { "[node]\n  a\n", { AT(2) "indented line, and no list before it" } },
    /* names */
    { "[node]\nname =\n", { AT(2) "[node] name: no value" } },
    { "[node]\nname = ; c\n", { AT(2) "[node] name: no value" } },
    { "[node]\nname = a.b\n",
      { AT(2) "[node] name: \"a.b\" is not a name (letters, digits, - and _; "
        "at most 63, one letter at least)" } },
    { "[node]\nname = 12\n",
      { AT(2) "[node] name: \"12\" is not a name (letters, digits, - and _; "
        "at most 63, one letter at least)" } },
    { "[node]\nname = all\n", { AT(2) "[node] name: \"all\" is reserved" } },
    { "[node]\ncluster = mine\n",
      { AT(2) "[node] cluster: \"mine\" is reserved" } },
    { "[node]\ntags = a! b\n",
      { AT(2) "[node] tags: \"a!\" is not a word or k=v" } },
    { "[node]\ntags = =b\n",
      { AT(2) "[node] tags: \"=b\" is not a word or k=v" } },
    { "[node]\nstate_dir = var\n",
      { AT(2) "[node] state_dir: \"var\" is not an absolute path" } },
    { "[node]\nrun_dir = /" A49 A49 "\n",
      { AT(2) "[node] run_dir: \"/" A49 A49 "\" is longer than 90 bytes" } },
    /* whole numbers */
    { "[throttle]\npercent = 0\n",
      { AT(2) "[throttle] percent: 0 is outside 1..100; use pause to stop a "
        "node (\"lbctl pause\")" } },
    { "[throttle]\npercent = 101\n",
      { AT(2) "[throttle] percent: 101 is outside 1..100" } },
    { "[throttle]\npercent = -5\n",
      { AT(2) "[throttle] percent: -5 is outside 1..100" } },
    { "[throttle]\npercent = abc\n",
      { AT(2) "[throttle] percent: \"abc\" is not a whole number" } },
    { "[throttle]\npercent = 5.5\n",
      { AT(2) "[throttle] percent: \"5.5\" is not a whole number" } },
    { "[throttle]\npercent = 50%\n",
      { AT(2) "[throttle] percent: \"50%\" is not a whole number" } },
    { "[throttle]\nfloor = 99999999999999999999\n",
      { AT(2) "[throttle] floor: 99999999999999999999 is outside 1..100" } },
    { "[listen]\nport = 80\n",
      { AT(2) "[listen] port: 80 is outside 0, 1024..65532" } },
    { "[listen]\nport = 65533\n",
      { AT(2) "[listen] port: 65533 is outside 0, 1024..65532" } },
    { "[jobs]\nretries = 101\n",
      { AT(2) "[jobs] retries: 101 is outside 0..100" } },
    { "[workers]\ncount = 0\n",
      { AT(2) "[workers] count: 0 is outside auto, 1..4096, 1%..100%" } },
    { "[workers]\ncount = 101%\n",
      { AT(2) "[workers] count: 101% is outside auto, 1..4096, 1%..100%" } },
    { "[workers]\ncount = x%\n",
      { AT(2) "[workers] count: \"x%\" is not a whole number of per cent" } },
    { "[workers]\ncount = many\n",
      { AT(2) "[workers] count: \"many\" is not a whole number" } },
    { "[policy]\nmax_moves = 65\n",
      { AT(2) "[policy] max_moves: 65 is outside 1..64" } },
    { "[limits]\nevents = 99\n",
      { AT(2) "[limits] events: 99 is outside 100..100000" } },
    /* other numbers */
    { "[policy]\ndead_rel = x\n",
      { AT(2) "[policy] dead_rel: \"x\" is not a number" } },
    { "[policy]\ndead_rel = nan\n",
      { AT(2) "[policy] dead_rel: \"nan\" is not a number" } },
    { "[policy]\ndead_rel = 0.01\n",
      { AT(2) "[policy] dead_rel: 0.01 is outside 0.05..5" } },
    { "[placement]\nmax_load = -1\n",
      { AT(2) "[placement] max_load: -1 is outside 0..10^12" } },
    { "[peers]\ndead_after = 5\n",
      { AT(2) "[peers] dead_after: \"5\" has no unit; write 5s or 5min" } },
    { "[peers]\ndead_after = 1y\n",
      { AT(2) "[peers] dead_after: \"1y\" is not a duration (250ms 10s 5min "
        "2h 1d)" } },
    { "[peers]\nstate_interval = 10ms\n",
      { AT(2) "[peers] state_interval: 10ms is outside 50ms..60s" } },
    { "[jobs]\ntimeout = 999999999999d\n",
      { AT(2) "[jobs] timeout: \"999999999999d\" is too long" } },
    { "[throttle]\nperiod = -1s\n",
      { AT(2) "[throttle] period: \"-1s\" is not a duration (250ms 10s 5min "
        "2h 1d)" } },
    { "[queue]\nmax_bytes = 64\n",
      { AT(2) "[queue] max_bytes: \"64\" has no unit; write 64K or 64M" } },
    { "[queue]\nmax_bytes = 64Q\n",
      { AT(2) "[queue] max_bytes: \"64Q\" is not a size (64K 10M 1G)" } },
    { "[jobs]\nmax_input = 4M\n",
      { AT(2) "[jobs] max_input: 4M is outside 1K..3M" } },
    { "[jobs]\nmax_output = 2M\n",
      { AT(2) "[jobs] max_output: 2M is outside 0, 1K..1M" } },
    { "[results]\nkeep = 1s\n",
      { AT(2) "[results] keep: 1s is outside 1min..365d" } },
    { "[results]\nmax_bytes = -1M\n",
      { AT(2) "[results] max_bytes: \"-1M\" is not a size (64K 10M 1G)" } },
    { "[jobs]\nkill_after = 1h\n",
      { AT(2) "[jobs] kill_after: 1h is outside 0, 1ms..10min" } },
    { "[transfer]\nlevel = 10\n",
      { AT(2) "[transfer] level: 10 is outside 1..9" } },
    { "[transfer]\nbatch = 0\n",
      { AT(2) "[transfer] batch: 0 is outside 1..10000" } },
    { "[queue]\nmax_jobs = 1e6\n",
      { AT(2) "[queue] max_jobs: \"1e6\" is not a whole number" } },
    { "[queue]\nmax_jobs = 0x10\n",
      { AT(2) "[queue] max_jobs: \"0x10\" is not a whole number" } },
    { "[workers]\nnice = 20\n",
      { AT(2) "[workers] nice: 20 is outside 0..19" } },
    { "[peers]\nmax = 1025\n",
      { AT(2) "[peers] max: 1025 is outside 1..1024" } },
    { "[limits]\nclients = 0\n",
      { AT(2) "[limits] clients: 0 is outside 1..10000" } },
    /* words */
    { "[jobs]\ncommands = maybe\n",
      { AT(2) "[jobs] commands: unknown value \"maybe\"; values: auto no yes "
        "root" } },
    { "[security]\nallow_insecure = 1\n",
      { AT(2) "[security] allow_insecure: \"1\" is not yes or no" } },
    { "[policy]\nname = recever\n",
      { AT(2) "[policy] name: unknown value \"recever\" (did you mean "
        "\"receiver\"?)" } },
    { "[policy]\namount = everything\n",
      { AT(2) "[policy] amount: unknown value \"everything\"; values: half "
        "literal half_queue min" } },
    { "[policy]\nbootstrap = true\n",
      { AT(2) "[policy] bootstrap: \"true\" is not yes or no" } },
    { "[log]\nlevel = warning\n",
      { AT(2) "[log] level: unknown value \"warning\"; values: error warn "
        "info debug" } },
    { "[transfer]\ncompress = gzip\n",
      { AT(2) "[transfer] compress: unknown value \"gzip\"; values: no "
        "zlib auto" } },
    /* places */
    { "[listen]\naddress = localhost\n",
      { AT(2) "[listen] address: \"localhost\" is not an address (10.0.0.7 "
        "fd00::7 *)" } },
    { "[listen]\naddress =\n", { AT(2) "[listen] address: no value" } },
    { "[listen]\nadvertise = *\n",
      { AT(2) "[listen] advertise: \"*\" is not a host or an address" } },
    { "[listen]\naddress = 10.0.0.7 127.0.0.1\n",
      { AT(2) "[listen] address: plain TCP on 10.0.0.7 needs "
        "security.allow_insecure = yes" } },
    { "[listen]\naddress = *\n",
      { AT(2) "[listen] address: plain TCP on * needs "
        "security.allow_insecure = yes" } },
    { "[security]\nallow_insecure = no\n[listen]\n\naddress =\n  ::\n",
      { AT(6) "[listen] address: plain TCP on :: needs "
        "security.allow_insecure = yes" } },
    { "[peers]\nnode = a:80\n",
      { AT(2) "[peers] node: \"a:80\": the port is not in 1024..65532" } },
    { "[peers]\nnode =\n  a:99999\n  :8490\n",
      { AT(3) "[peers] node: \"a:99999\": the port is not in 1024..65532",
        AT(4) "[peers] node: \":8490\" is not [NAME@]HOST[:PORT]" } },
    { "[peers]\nnode = 12@host\n",
      { AT(2) "[peers] node: \"12@host\": what stands before @ is not a "
        "name" } },
    { "[jobs]\nfile_roots = /a b\n",
      { AT(2) "[jobs] file_roots: \"b\" is not an absolute path" } },
    /* own kinds */
    { "[kind.Render]\ncommand = /bin/sh\n",
      { AT(1) "[kind.Render]: \"Render\" is no name of a kind "
        "([a-z][a-z0-9_]{0,30})" } },
    { "[kind.fib]\ncommand = /bin/sh\n",
      { AT(1) "[kind.fib]: fib is a built-in kind" } },
    { "[kind.x]\n", { AT(1) "[kind.x] command: no value" } },
    { "[kind.x]\nprotocol = json\n\ncommand = /opt/x\n  -a\n",
      { AT(4) "[kind.x] command: /opt/x: no such file" } },
    { "[kind.x]\ncommand = sh\n",
      { AT(2) "[kind.x] command: \"sh\" is not an absolute path" } },
    { "[kind.x]\ncommand = /etc\n",
      { AT(2) "[kind.x] command: /etc: not a program" } },
    { "[kind.x]\ncommand = /bin/sh\nprotokol = json\n",
      { AT(3) "[kind.x] protokol: unknown key (did you mean "
        "\"protocol\"?)" } },
    { "[kind.x]\ncommand = /bin/sh\nprotocol = jsn\n",
      { AT(3) "[kind.x] protocol: unknown value \"jsn\" (did you mean "
        "\"json\"?)" } },
    { "[kind.x]\ncommand = /bin/sh\ncombine = max\n",
      { AT(3) "[kind.x] combine: unknown value \"max\"; values: none sum "
        "concat count" } },
    { "[kind.x]\ncommand = /bin/sh\nparams = n:count\n  m:float\n",
      { AT(4) "[kind.x] params: m: write m:TYPE[:RANGE[:DEFAULT]], TYPE one "
        "of count int real string path" } },
    { "[kind.x]\ncommand = /bin/sh\ncost = 2 * n\n",
      { AT(3) "[kind.x] cost: \"n\" is neither a parameter nor a number "
        "above 0" } },
    { "[kind.x]\ncommand = /bin/sh\nstart_timeout = 10\n",
      { AT(3) "[kind.x] start_timeout: \"10\" has no unit; write 10s or "
        "10min" } },
    { "[kind.x]\ncommand = /bin/sh\nmax_line = 8M\n",
      { AT(3) "[kind.x] max_line: 8M is outside 64B..4M" } },
    { "[kind.x]\ncommand = /bin/sh\ncrash_limit = 0\n",
      { AT(3) "[kind.x] crash_limit: 0 is outside 1..1000" } },
    { "[kind.x]\ncommand = /bin/sh\ncost = 1\ncost = 2\n",
      { AT(4) "[kind.x] cost: given twice, first in line 3" } },
    { "[kind.x]\ncommand = /bin/sh\ncost = 1\n  2\n",
      { AT(4) "[kind.x] cost: takes one value; indented lines add to a "
        "list" } },
    /* several together */
    { "[throttle]\nfloor = 50\nceiling = 40\n",
      { AT(2) "[throttle] floor: floor is above ceiling" } },
    { "[throttle]\nfloor = 50\npercent = 40\n",
      { AT(3) "[throttle] percent: percent is below floor" } },
    { "[throttle]\nceiling = 50\n",
      { AT(2) "[throttle] ceiling: percent is above ceiling" } },
    { "[peers]\nstate_interval = 2s\n",
      { AT(2) "[peers] state_interval: stale_after is below 2 x "
        "state_interval",
        AT(2) "[peers] state_interval: dead_after is below 3 x "
        "state_interval" } },
    { "[peers]\ndead_after = 3s\nstale_after = 4s\n",
      { AT(2) "[peers] dead_after: dead_after is below stale_after" } },
    { "[peers]\nlease = 7s\n",
      { AT(2) "[peers] lease: lease is below 4 x claim_interval" } },
    { "[peers]\ndead_after = 10s\n",
      { AT(2) "[peers] dead_after: lease is not above dead_after" } },
    { "[policy]\nqueue_max = 50\nqueue_min = 50\n",
      { AT(3) "[policy] queue_min: queue_min is not below queue_max" } },
};

#endif

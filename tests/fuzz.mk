# SPDX-License-Identifier: MPL-2.0
# What takes in bytes of others meets its corpus again; proto/ and tui/ list
# their own. tests/fuzz/run.sh is the same with libFuzzer.
fuzz_replays = \
	tests/fuzz/fuzz_client \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_core \
	tests/fuzz/fuzz_jobfile \
	tests/fuzz/fuzz_journal \
	tests/fuzz/fuzz_kinds
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)

# No libzmq: fake_zmq.c stands for it.
tests_fuzz_fuzz_client_SOURCES = tests/fuzz/fuzz_client.c \
	tests/fuzz/fake_zmq.c tests/fuzz/fake_zmq.h $(proto_replay)
tests_fuzz_fuzz_client_LDADD = libclient.a $(proto_libs) $(ZLIB_LIBS)
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(proto_replay)
tests_fuzz_fuzz_config_LDADD = $(agent_libs)
tests_fuzz_fuzz_core_SOURCES = tests/fuzz/fuzz_core.c \
	tests/fuzz/core_feed.c tests/fuzz/core_feed.h \
	$(proto_replay) $(proto_samples)
tests_fuzz_fuzz_core_LDADD = libcore.a $(proto_libs)
tests_fuzz_fuzz_jobfile_SOURCES = tests/fuzz/fuzz_jobfile.c $(proto_replay)
tests_fuzz_fuzz_jobfile_LDADD = $(ctl_libs)
tests_fuzz_fuzz_journal_SOURCES = tests/fuzz/fuzz_journal.c $(proto_replay)
tests_fuzz_fuzz_journal_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_CHANGES=8
tests_fuzz_fuzz_journal_LDADD = $(agent_libs)
tests_fuzz_fuzz_kinds_SOURCES = tests/fuzz/fuzz_kinds.c $(proto_replay)
tests_fuzz_fuzz_kinds_LDADD = $(agent_libs)

# With -DLB_LIBFUZZER among CPPFLAGS replay.c leaves main to libFuzzer.
fuzz-programs: $(proto_replays) $(fuzz_replays) tests/fuzz/fuzz_replay
.PHONY: fuzz-programs

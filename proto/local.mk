# SPDX-License-Identifier: MPL-2.0
# frame.c alone needs zlib: who links libproto.a without it gets it not.
noinst_LIBRARIES += libproto.a
libproto_a_SOURCES = \
	proto/frame.c proto/frame.h \
	proto/limits.h \
	proto/msg.c proto/msg.h \
	proto/msg_batch.c \
	proto/msg_command.c \
	proto/msg_items.c \
	proto/msg_peer.c \
	proto/msg_results.c \
	proto/msg_state.c \
	proto/msg_wire.c proto/msg_wire.h \
	proto/names.c proto/names.h \
	proto/quarantined.c proto/quarantined.h \
	proto/workload.c proto/workload.h
EXTRA_DIST += proto/PROTOCOL.md
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/run.sh

proto_tests = \
	tests/unit/test_frame \
	tests/unit/test_msg \
	tests/unit/test_msg_fields \
	tests/unit/test_names \
	tests/unit/test_quarantined \
	tests/unit/test_workload
check_PROGRAMS += $(proto_tests)
TESTS += $(proto_tests)
proto_libs = libproto.a libbase.a
proto_samples = tests/fuzz/samples.c tests/fuzz/samples.h tests/fuzz/walk.c

tests_unit_test_frame_SOURCES = tests/unit/test_frame.c
tests_unit_test_frame_LDADD = $(proto_libs) $(ZLIB_LIBS) $(CMOCKA_LIBS)
tests_unit_test_msg_SOURCES = tests/unit/test_msg.c $(proto_samples)
tests_unit_test_msg_LDADD = $(proto_libs) $(CMOCKA_LIBS)
tests_unit_test_msg_fields_SOURCES = tests/unit/test_msg_fields.c \
	$(proto_samples)
tests_unit_test_msg_fields_LDADD = $(proto_libs) $(CMOCKA_LIBS)
tests_unit_test_names_SOURCES = tests/unit/test_names.c
tests_unit_test_names_LDADD = $(proto_libs) $(CMOCKA_LIBS)
tests_unit_test_quarantined_SOURCES = tests/unit/test_quarantined.c
tests_unit_test_quarantined_LDADD = $(proto_libs) $(CMOCKA_LIBS)
tests_unit_test_workload_SOURCES = tests/unit/test_workload.c
tests_unit_test_workload_LDADD = $(proto_libs) $(CMOCKA_LIBS)

# Each decoder meets its corpus again; automake exports srcdir to TESTS.
# tests/fuzz/run.sh is the same with libFuzzer.
proto_replays = \
	tests/fuzz/fuzz_frame \
	tests/fuzz/fuzz_msg \
	tests/fuzz/fuzz_names \
	tests/fuzz/fuzz_workload
check_PROGRAMS += $(proto_replays) tests/fuzz/make_corpus
TESTS += $(proto_replays)
proto_replay = tests/fuzz/replay.c tests/fuzz/fuzz.h

tests_fuzz_fuzz_frame_SOURCES = tests/fuzz/fuzz_frame.c $(proto_replay)
tests_fuzz_fuzz_frame_LDADD = $(proto_libs) $(ZLIB_LIBS)
tests_fuzz_fuzz_msg_SOURCES = tests/fuzz/fuzz_msg.c $(proto_replay) \
	$(proto_samples)
tests_fuzz_fuzz_msg_LDADD = $(proto_libs)
tests_fuzz_fuzz_names_SOURCES = tests/fuzz/fuzz_names.c $(proto_replay)
tests_fuzz_fuzz_names_LDADD = $(proto_libs)
tests_fuzz_fuzz_workload_SOURCES = tests/fuzz/fuzz_workload.c $(proto_replay)
tests_fuzz_fuzz_workload_LDADD = $(proto_libs)
tests_fuzz_make_corpus_SOURCES = tests/fuzz/make_corpus.c $(proto_samples)
tests_fuzz_make_corpus_LDADD = $(proto_libs) $(ZLIB_LIBS)

# The client library: as an archive for our own programs, and shared, with its
# header, for others. Both hide all that is not in lb.h.
client_sources = \
	proto/client.c proto/client.h \
	proto/client_call.c \
	proto/client_follow.c \
	proto/client_nodes.c \
	proto/client_submit.c \
	proto/client_watch.c \
	proto/dial.c proto/dial.h
noinst_LIBRARIES += libclient.a
libclient_a_SOURCES = $(client_sources) proto/lb.h
lib_LTLIBRARIES += liblb.la
include_HEADERS += proto/lb.h
liblb_la_SOURCES = $(client_sources) $(libproto_a_SOURCES) \
	base/bytes.c base/text.c base/xalloc.c
# -pie is for programs alone.
liblb_la_CFLAGS = $(AM_CFLAGS)
liblb_la_LDFLAGS = -version-info 0:0:0 -Wl,-z,relro -Wl,-z,now
liblb_la_LIBADD = $(ZMQ_LIBS) $(ZLIB_LIBS)

pkgconfig_DATA += lb.pc
CLEANFILES += lb.pc
EXTRA_DIST += proto/lb.pc.in
lb.pc: $(srcdir)/proto/lb.pc.in Makefile
	$(AM_V_GEN)sed -e 's|@prefix[@]|$(prefix)|' \
	    -e 's|@exec_prefix[@]|$(exec_prefix)|' \
	    -e 's|@libdir[@]|$(libdir)|' \
	    -e 's|@includedir[@]|$(includedir)|' \
	    -e 's|@VERSION[@]|$(VERSION)|' $(srcdir)/proto/lb.pc.in >$@

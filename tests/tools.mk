# SPDX-License-Identifier: MPL-2.0
# What ./run demo and the system tests need: digits makes the data, adds
# chooses the amount of work, the others verify. None links the kinds.
tools = \
	tests/tools/adds \
	tests/tools/check_vector \
	tests/tools/count_digits \
	tests/tools/digits
noinst_PROGRAMS += $(tools)

EXTRA_DIST += tests/nodes.sh

tests_tools_adds_SOURCES = tests/tools/adds.c
tests_tools_check_vector_SOURCES = tests/tools/check_vector.c
tests_tools_count_digits_SOURCES = tests/tools/count_digits.c
tests_tools_digits_SOURCES = tests/tools/digits.c

# Sends what no node should believe.
noinst_PROGRAMS += tests/tools/strange
tests_tools_strange_SOURCES = tests/tools/strange.c
tests_tools_strange_LDADD = libproto.a libbase.a $(ZMQ_LIBS) $(ZLIB_LIBS)

# A program as no agent likes it.
noinst_PROGRAMS += tests/tools/nasty
tests_tools_nasty_SOURCES = tests/tools/nasty.c tests/tools/as_others.h

# Whom no signal may reach.
noinst_PROGRAMS += tests/tools/strangers
tests_tools_strangers_SOURCES = tests/tools/strangers.c

# A co-process as no slot likes it.
noinst_PROGRAMS += tests/tools/fickle
tests_tools_fickle_SOURCES = tests/tools/fickle.c tests/tools/as_others.h

# Plays nodes for consoles.
noinst_PROGRAMS += tests/tools/publishers
tests_tools_publishers_SOURCES = \
	tests/tools/publishers.c tests/tools/publishers.h \
	tests/tools/publishers_answer.c tests/tools/publishers_fault.c \
	tests/tools/publishers_say.c
tests_tools_publishers_LDADD = libproto.a libbase.a $(ZMQ_LIBS) $(ZLIB_LIBS)

# Preloaded by tests/nemesis. (-rpath: else libtool makes it static.)
noinst_LTLIBRARIES = tests/tools/slow_sync.la
tests_tools_slow_sync_la_SOURCES = tests/tools/slow_sync.c
tests_tools_slow_sync_la_LDFLAGS = $(AM_LDFLAGS) -module -shared \
	-avoid-version -rpath $(abs_builddir)

# Faults against real agents.
include $(srcdir)/tests/nemesis/local.mk

# Sends what would cost a node its memory.
batches = tests/tools/batches.c tests/tools/batches.h
noinst_PROGRAMS += tests/tools/hostile
tests_tools_hostile_SOURCES = tests/tools/hostile.c $(batches)
tests_tools_hostile_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS)
check_PROGRAMS += tests/unit/test_batches
TESTS += tests/unit/test_batches
tests_unit_test_batches_SOURCES = tests/unit/test_batches.c $(batches)
tests_unit_test_batches_LDADD = libproto.a libbase.a $(ZLIB_LIBS) \
	$(CMOCKA_LIBS)

# Asks for pieces of files and does not read them.
noinst_PROGRAMS += tests/tools/greedy
tests_tools_greedy_SOURCES = tests/tools/greedy.c
tests_tools_greedy_LDADD = libproto.a libbase.a $(ZMQ_LIBS) $(ZLIB_LIBS)

# An honest client beside a crowd of others.
noinst_PROGRAMS += tests/tools/beside
tests_tools_beside_SOURCES = tests/tools/beside.c \
	tests/tools/crowd.c tests/tools/crowd.h
tests_tools_beside_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS)

# Preloaded by the campaigns disk and limits of tests/nemesis.
noinst_LTLIBRARIES += tests/tools/fail_nth.la
tests_tools_fail_nth_la_SOURCES = tests/tools/fail_nth.c
tests_tools_fail_nth_la_LDFLAGS = $(AM_LDFLAGS) -module -shared \
	-avoid-version -rpath $(abs_builddir)

# Offers a node ten times what it can do.
noinst_PROGRAMS += tests/tools/flood
tests_tools_flood_SOURCES = tests/tools/flood.c \
	tests/tools/overload.c tests/tools/overload.h
tests_tools_flood_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS)

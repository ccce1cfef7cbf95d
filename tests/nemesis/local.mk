# SPDX-License-Identifier: MPL-2.0
# The fault campaign against real agents; ./run nemesis.
noinst_PROGRAMS += tests/nemesis/nemesis
tests_nemesis_nemesis_SOURCES = \
	tests/nemesis/campaign.c tests/nemesis/campaign.h \
	tests/nemesis/campaigns.c tests/nemesis/campaigns.h \
	tests/nemesis/checker.c tests/nemesis/checker.h \
	tests/nemesis/checker_judge.c tests/nemesis/checker_parts.h \
	tests/nemesis/cluster.c tests/nemesis/cluster.h \
	tests/nemesis/cluster_ini.c tests/nemesis/cluster_parts.h \
	tests/nemesis/collect.c \
	tests/nemesis/damage.c tests/nemesis/damage.h \
	tests/nemesis/damage_judge.c \
	tests/nemesis/disk.c \
	tests/nemesis/full.c \
	tests/nemesis/journal.c \
	tests/nemesis/kill.c \
	tests/nemesis/limits.c \
	tests/nemesis/load.c tests/nemesis/load.h \
	tests/nemesis/load_parts.h tests/nemesis/load_read.c \
	tests/nemesis/loopdisk.c tests/nemesis/loopdisk.h \
	tests/nemesis/main.c \
	tests/nemesis/mark.c tests/nemesis/mark.h \
	tests/nemesis/partition.c \
	tests/nemesis/point.c tests/nemesis/point.h \
	tests/nemesis/power.c \
	tests/nemesis/process.c tests/nemesis/process.h \
	tests/nemesis/stop.c \
	tests/nemesis/quickcheck.c tests/nemesis/quickcheck.h \
	tests/nemesis/rejoin.c \
	tests/nemesis/boundary.c \
	tests/nemesis/proxied.c \
	tests/nemesis/proxy.c tests/nemesis/proxy.h \
	tests/nemesis/proxy_parts.h tests/nemesis/proxy_replay.c \
	tests/nemesis/clock.c \
	tests/nemesis/siege.c tests/nemesis/siege.h \
	tests/nemesis/signals.c \
	tests/nemesis/rng.c tests/nemesis/rng.h
tests_nemesis_nemesis_LDADD = libagent.a libclient.a libproto.a \
	libbase.a $(ZMQ_LIBS) $(SQLITE_LIBS) $(ZLIB_LIBS) -lpthread
EXTRA_DIST += tests/nemesis/run.sh

TESTS += tests/nemesis/test_checker
check_PROGRAMS += tests/nemesis/test_checker
tests_nemesis_test_checker_SOURCES = tests/nemesis/test_checker.c \
	tests/nemesis/checker.c tests/nemesis/checker.h \
	tests/nemesis/checker_judge.c tests/nemesis/checker_parts.h
tests_nemesis_test_checker_LDADD = libbase.a $(CMOCKA_LIBS)

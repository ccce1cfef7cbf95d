# SPDX-License-Identifier: MPL-2.0
# Programs of ./run bench, which builds them itself: make bench-programs.
bench_programs = \
	tests/bench/console \
	tests/bench/drain \
	tests/bench/latency \
	tests/bench/limits \
	tests/bench/lockstep \
	tests/bench/peers \
	tests/bench/recovery \
	tests/bench/timeit
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)

bench_wire = tests/bench/wire.c tests/bench/wire.h

tests_bench_console_SOURCES = tests/bench/console.c $(bench_wire)
tests_bench_drain_SOURCES = tests/bench/drain.c $(bench_wire)
tests_bench_drain_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS)
tests_bench_latency_SOURCES = tests/bench/latency.c $(bench_wire)
tests_bench_latency_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS)
tests_bench_limits_SOURCES = tests/bench/limits.c $(bench_wire)
tests_bench_limits_LDADD = libkinds.a libbase.a $(SQLITE_LIBS) $(ZLIB_LIBS)
tests_bench_lockstep_SOURCES = tests/bench/lockstep.c $(bench_wire)
tests_bench_peers_SOURCES = tests/bench/peers.c $(bench_wire)
tests_bench_recovery_SOURCES = tests/bench/recovery.c
tests_bench_recovery_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(SQLITE_LIBS) $(ZLIB_LIBS)
tests_bench_timeit_SOURCES = tests/bench/timeit.c $(bench_wire)

bench-programs: $(bench_programs) lbtop tests/tools/publishers \
	tests/tools/fickle tests/tools/flood tests/tools/beside
.PHONY: bench-programs

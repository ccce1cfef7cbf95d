# SPDX-License-Identifier: MPL-2.0
bin_PROGRAMS += lbsim
lbsim_SOURCES = \
	sim/book.c sim/book.h \
	sim/compare.c sim/compare.h \
	sim/disk.c sim/disk.h \
	sim/expect.c \
	sim/faults.c sim/faults.h \
	sim/faulty.c \
	sim/heap.c sim/heap.h \
	sim/idle.c \
	sim/invariants.c sim/invariants.h sim/invariants_end.c \
	sim/link.c sim/link.h \
	sim/load.c sim/load.h sim/load_parts.h sim/load_reply.c \
	sim/main.c \
	sim/many.c sim/many.h \
	sim/meddle.c sim/meddle.h \
	sim/node.c \
	sim/node_disk.c \
	sim/options.c sim/options.h \
	sim/plan.c sim/plan.h \
	sim/report.c sim/report.h \
	sim/scenario.c sim/scenario.h \
	sim/script.c sim/script.h sim/script_submit.c \
	sim/seed.c sim/seed.h \
	sim/slots.c \
	sim/transcript.c sim/transcript.h \
	sim/world.c sim/world.h
lbsim_LDADD = libcore.a libproto.a libbase.a \
	$(JANSSON_LIBS) $(INIH_LIBS) $(ZLIB_LIBS) -lm
dist_man_MANS += man/lbsim.1

sim_tests = \
	tests/unit/test_sim_disk \
	tests/unit/test_sim_heap \
	tests/unit/test_sim_link
check_PROGRAMS += $(sim_tests)
TESTS += $(sim_tests) tests/scenarios.sh tests/sim_seeds.sh \
	tests/planted-bugs.sh
EXTRA_DIST += tests/scenarios.sh tests/sim_seeds.sh tests/planted-bugs.sh

tests_unit_test_sim_disk_SOURCES = tests/unit/test_sim_disk.c \
	sim/disk.c sim/disk.h
tests_unit_test_sim_disk_LDADD = libbase.a $(CMOCKA_LIBS)
tests_unit_test_sim_heap_SOURCES = tests/unit/test_sim_heap.c \
	sim/heap.c sim/heap.h
tests_unit_test_sim_heap_LDADD = libbase.a $(CMOCKA_LIBS)
tests_unit_test_sim_link_SOURCES = tests/unit/test_sim_link.c \
	sim/link.c sim/link.h
tests_unit_test_sim_link_LDADD = libbase.a $(CMOCKA_LIBS)

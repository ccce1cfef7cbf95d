# SPDX-License-Identifier: MPL-2.0
# Who links libkinds.a needs libbase.a and zlib behind it.
noinst_LIBRARIES += libkinds.a
libkinds_a_SOURCES = \
	kinds/builtin.h \
	kinds/chunk.c kinds/chunk.h \
	kinds/combine.c kinds/combine.h \
	kinds/command.c kinds/command.h \
	kinds/command_file.c kinds/command_file.h \
	kinds/crc32.c \
	kinds/digitsum.c \
	kinds/fib.c \
	kinds/file.c kinds/file.h \
	kinds/kind.c kinds/kind.h \
	kinds/noop.c \
	kinds/own.c kinds/own.h \
	kinds/param.c kinds/param.h \
	kinds/plan.c \
	kinds/primes.c \
	kinds/sleep.c \
	kinds/vecinc.c

kinds_tests = \
	tests/unit/test_kind_command \
	tests/unit/test_kind_command_file \
	tests/unit/test_kind_file \
	tests/unit/test_kind_own \
	tests/unit/test_kind_plan \
	tests/unit/test_kind_small \
	tests/unit/test_kind_sums \
	tests/unit/test_kind_vecinc
check_PROGRAMS += $(kinds_tests)
TESTS += $(kinds_tests)
kinds_test_libs = libkinds.a libbase.a $(ZLIB_LIBS) $(CMOCKA_LIBS)
tests_unit_test_kind_command_SOURCES = tests/unit/test_kind_command.c
tests_unit_test_kind_command_LDADD = $(kinds_test_libs)
tests_unit_test_kind_command_file_SOURCES = \
	tests/unit/test_kind_command_file.c
tests_unit_test_kind_command_file_LDADD = $(kinds_test_libs)
tests_unit_test_kind_file_SOURCES = \
	tests/unit/test_kind_file.c \
	tests/unit/kind_file_help.h tests/unit/kind_help.h
tests_unit_test_kind_file_LDADD = $(kinds_test_libs)
tests_unit_test_kind_own_SOURCES = \
	tests/unit/test_kind_own.c tests/unit/kind_help.h
tests_unit_test_kind_own_LDADD = $(kinds_test_libs)
tests_unit_test_kind_plan_SOURCES = \
	tests/unit/test_kind_plan.c tests/unit/kind_help.h
tests_unit_test_kind_plan_LDADD = $(kinds_test_libs)
tests_unit_test_kind_small_SOURCES = \
	tests/unit/test_kind_small.c tests/unit/kind_help.h
tests_unit_test_kind_small_LDADD = $(kinds_test_libs)
tests_unit_test_kind_vecinc_SOURCES = \
	tests/unit/test_kind_vecinc.c tests/unit/kind_help.h
tests_unit_test_kind_vecinc_LDADD = $(kinds_test_libs)
tests_unit_test_kind_sums_SOURCES = \
	tests/unit/test_kind_sums.c \
	tests/unit/kind_file_help.h tests/unit/kind_help.h
tests_unit_test_kind_sums_LDADD = $(kinds_test_libs)

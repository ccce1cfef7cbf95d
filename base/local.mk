# SPDX-License-Identifier: MPL-2.0
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	base/bug.h \
	base/bytes.c base/bytes.h \
	base/digest.c base/digest.h \
	base/exits.h \
	base/ini.c base/ini.h \
	base/log.c base/log.h \
	base/random.c base/random.h \
	base/text.c base/text.h \
	base/units.c base/units.h \
	base/xalloc.c base/xalloc.h

base_tests = \
	tests/unit/test_bytes \
	tests/unit/test_digest \
	tests/unit/test_ini \
	tests/unit/test_log \
	tests/unit/test_random \
	tests/unit/test_text \
	tests/unit/test_units
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

tests_unit_test_bytes_SOURCES = tests/unit/test_bytes.c
tests_unit_test_bytes_LDADD = libbase.a $(CMOCKA_LIBS)
tests_unit_test_digest_SOURCES = tests/unit/test_digest.c
tests_unit_test_digest_LDADD = libbase.a $(SODIUM_LIBS) $(CMOCKA_LIBS)
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_LDADD = libbase.a $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_test_random_SOURCES = tests/unit/test_random.c
tests_unit_test_random_LDADD = libbase.a $(CMOCKA_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_LDADD = libbase.a $(CMOCKA_LIBS)
tests_unit_test_units_SOURCES = tests/unit/test_units.c
tests_unit_test_units_LDADD = libbase.a $(CMOCKA_LIBS)
tests_unit_test_ini_SOURCES = tests/unit/test_ini.c
tests_unit_test_ini_LDADD = libbase.a $(CMOCKA_LIBS)

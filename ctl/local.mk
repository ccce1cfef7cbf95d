# SPDX-License-Identifier: MPL-2.0
# libctl.a is everything but main(), so that tests can link it.
bin_PROGRAMS += lbctl
noinst_LIBRARIES += libctl.a
libctl_a_SOURCES = \
	ctl/args.c ctl/args.h \
	ctl/away.c ctl/away.h \
	ctl/carry.c ctl/carry.h \
	ctl/cmd.h \
	ctl/commands.c \
	ctl/completion.c \
	ctl/config.c ctl/config.h \
	ctl/ctl.c ctl/ctl.h \
	ctl/cut.c ctl/cut.h \
	ctl/download.c ctl/download.h \
	ctl/dry.c \
	ctl/events.c \
	ctl/failure.c ctl/failure.h \
	ctl/files.c ctl/files.h \
	ctl/folder.c ctl/folder.h \
	ctl/follow.c ctl/follow.h \
	ctl/foreign.c ctl/foreign.h \
	ctl/forms.c \
	ctl/fromjson.c \
	ctl/gen.c \
	ctl/generate.c ctl/generate.h \
	ctl/halt.c ctl/halt.h \
	ctl/inputs.c ctl/inputs.h \
	ctl/jobfile.c ctl/jobfile.h \
	ctl/joblog.c ctl/joblog.h \
	ctl/jobs.c \
	ctl/label.c ctl/label.h \
	ctl/landing.c ctl/landing.h \
	ctl/list.c \
	ctl/logs.c \
	ctl/nodelist.c \
	ctl/nodes.c \
	ctl/output.c ctl/output.h \
	ctl/own.c ctl/own.h \
	ctl/policy.c \
	ctl/program.c ctl/program.h \
	ctl/progress.c ctl/progress.h \
	ctl/quote.c ctl/quote.h \
	ctl/reach.c ctl/reach.h \
	ctl/reorder.c ctl/reorder.h \
	ctl/result.c ctl/result.h \
	ctl/results.c \
	ctl/resume.c \
	ctl/save.c ctl/save.h \
	ctl/select.c ctl/select.h \
	ctl/send.c \
	ctl/show.c \
	ctl/sources.c ctl/sources.h \
	ctl/status.c \
	ctl/submit.c ctl/submit.h \
	ctl/template.c ctl/template.h \
	ctl/throttle.c \
	ctl/tools.c \
	ctl/upload.c ctl/upload.h \
	ctl/version.c ctl/version.h \
	ctl/wait.c
lbctl_SOURCES = ctl/main.c
ctl_libs = libctl.a libclient.a libproto.a libkinds.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS) $(JANSSON_LIBS) $(SMARTCOLS_LIBS) $(SODIUM_LIBS) -lm
lbctl_LDADD = $(ctl_libs)

dist_man_MANS += man/lbctl.1

ctl_tests = \
	tests/unit/test_client \
	tests/unit/test_ctl_download \
	tests/unit/test_ctl_files \
	tests/unit/test_ctl_jobfile \
	tests/unit/test_ctl_output \
	tests/unit/test_ctl_result \
	tests/unit/test_dial \
	tests/unit/test_inputs \
	tests/unit/test_joblog \
	tests/unit/test_label \
	tests/unit/test_landing \
	tests/unit/test_quote \
	tests/unit/test_reorder \
	tests/unit/test_template
check_PROGRAMS += $(ctl_tests)
TESTS += $(ctl_tests)
tests_unit_test_client_SOURCES = tests/unit/test_client.c \
	tests/unit/client_node.h
tests_unit_test_client_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS) $(CMOCKA_LIBS)
tests_unit_test_dial_SOURCES = tests/unit/test_dial.c
tests_unit_test_dial_LDADD = libclient.a libproto.a libbase.a $(ZMQ_LIBS) \
	$(ZLIB_LIBS) $(CMOCKA_LIBS)
tests_unit_test_ctl_download_SOURCES = tests/unit/test_ctl_download.c \
	tests/unit/client_node.h
tests_unit_test_ctl_download_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_ctl_files_SOURCES = tests/unit/test_ctl_files.c
tests_unit_test_ctl_files_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_label_SOURCES = tests/unit/test_label.c
tests_unit_test_label_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_landing_SOURCES = tests/unit/test_landing.c
tests_unit_test_landing_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_ctl_jobfile_SOURCES = tests/unit/test_ctl_jobfile.c
tests_unit_test_ctl_jobfile_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_ctl_output_SOURCES = tests/unit/test_ctl_output.c
tests_unit_test_ctl_output_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_inputs_SOURCES = tests/unit/test_inputs.c
tests_unit_test_inputs_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_quote_SOURCES = tests/unit/test_quote.c
tests_unit_test_quote_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_template_SOURCES = tests/unit/test_template.c
tests_unit_test_template_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_ctl_result_SOURCES = tests/unit/test_ctl_result.c
tests_unit_test_ctl_result_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_joblog_SOURCES = tests/unit/test_joblog.c
tests_unit_test_joblog_LDADD = $(ctl_libs) $(CMOCKA_LIBS)
tests_unit_test_reorder_SOURCES = tests/unit/test_reorder.c
tests_unit_test_reorder_LDADD = $(ctl_libs) $(CMOCKA_LIBS)

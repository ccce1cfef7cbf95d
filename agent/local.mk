# SPDX-License-Identifier: MPL-2.0
# libagent.a is everything but main(), so that tests can link it.
noinst_LIBRARIES += libagent.a
libagent_a_SOURCES = \
	agent/ballast.c agent/ballast.h \
	agent/cgroup.c agent/cgroup.h \
	agent/clients.c agent/clients.h \
	agent/clock.c agent/clock.h \
	agent/command.c agent/command.h \
	agent/command_files.c agent/command_files.h \
	agent/command_files_parts.h \
	agent/command_files_place.c \
	agent/command_files_take.c \
	agent/command_given.c agent/command_given.h \
	agent/config.c agent/config.h agent/config_parts.h \
	agent/config_check.c \
	agent/config_file.c \
	agent/config_keys.c \
	agent/config_kind.c \
	agent/config_print.c \
	agent/config_value.c \
	agent/coprocess.c agent/coprocess.h agent/coprocess_parts.h \
	agent/coprocess_line.c agent/coprocess_line.h \
	agent/coprocess_process.c \
	agent/courier.c agent/courier.h agent/courier_parts.h \
	agent/courier_carry.c \
	agent/cpus.c agent/cpus.h \
	agent/doors.c agent/doors.h \
	agent/events.c agent/events.h \
	agent/fds.c agent/fds.h \
	agent/fetcher.c agent/fetcher.h \
	agent/filer.c agent/filer.h agent/filer_parts.h \
	agent/filer_put.c \
	agent/files.c agent/files.h agent/files_parts.h \
	agent/files_in.c \
	agent/files_sweep.c \
	agent/journal.c agent/journal.h \
	agent/journal_check.c \
	agent/journal_db.c agent/journal_db.h \
	agent/journal_end.c agent/journal_end.h \
	agent/journal_file.c agent/journal_file.h \
	agent/knocks.c agent/knocks.h \
	agent/links.c agent/links.h agent/links_parts.h \
	agent/links_send.c \
	agent/lobby.c agent/lobby.h \
	agent/loop.c agent/loop.h agent/loop_parts.h \
	agent/mailbox.c agent/mailbox.h \
	agent/net.c agent/net.h agent/net_parts.h \
	agent/net_send.c \
	agent/obey.c \
	agent/options.c agent/options.h \
	agent/orders.c agent/orders.h \
	agent/packet.c agent/packet.h \
	agent/probe.c agent/probe.h \
	agent/programs.c agent/programs.h \
	agent/self.h \
	agent/service.c agent/service.h \
	agent/shell_command.c \
	agent/shell_file.c \
	agent/shim.c agent/shim.h agent/shim_parts.h \
	agent/shim_frame.c \
	agent/shim_link.c agent/shim_link.h \
	agent/shim_output.c \
	agent/shim_pipes.c \
	agent/shim_scratch.c \
	agent/shim_start.c \
	agent/shim_tree.c \
	agent/shortage.h \
	agent/signals.c \
	agent/sockets.c agent/sockets.h \
	agent/spawner.c agent/spawner.h \
	agent/statedir.c agent/statedir.h \
	agent/throttle.c agent/throttle.h \
	agent/unread.c agent/unread.h \
	agent/worker.c agent/worker.h

bin_PROGRAMS += lbagent
lbagent_SOURCES = agent/main.c
agent_libs = libagent.a libcore.a libclient.a libproto.a libkinds.a libbase.a \
	$(ZMQ_LIBS) $(SQLITE_LIBS) $(INIH_LIBS) $(JANSSON_LIBS) $(ZLIB_LIBS) \
	$(SODIUM_LIBS)
lbagent_LDADD = $(agent_libs)

agent_tests = \
	tests/unit/test_command_files \
	tests/unit/test_command_files_away \
	tests/unit/test_command_given \
	tests/unit/test_config \
	tests/unit/test_events \
	tests/unit/test_config_kind \
	tests/unit/test_coprocess \
	tests/unit/test_coprocess_line \
	tests/unit/test_courier \
	tests/unit/test_doors \
	tests/unit/test_durable \
	tests/unit/test_fetcher \
	tests/unit/test_filer \
	tests/unit/test_files \
	tests/unit/test_journal \
	tests/unit/test_journal_damage \
	tests/unit/test_knocks \
	tests/unit/test_lobby \
	tests/unit/test_mailbox \
	tests/unit/test_shell_command \
	tests/unit/test_shell_file \
	tests/unit/test_shim \
	tests/unit/test_shim_end \
	tests/unit/test_shim_link \
	tests/unit/test_statedir \
	tests/unit/test_throttle \
	tests/unit/test_unread \
	tests/unit/test_worker
check_PROGRAMS += $(agent_tests)
TESTS += $(agent_tests)
fake_home = tests/unit/fake_home.c tests/unit/fake_home.h
tests_unit_test_command_files_SOURCES = tests/unit/test_command_files.c \
	tests/unit/command_files_bench.h
tests_unit_test_command_files_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_command_files_away_SOURCES = \
	tests/unit/test_command_files_away.c \
	tests/unit/command_files_bench.h $(fake_home)
tests_unit_test_command_files_away_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_courier_SOURCES = tests/unit/test_courier.c $(fake_home)
tests_unit_test_courier_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_command_given_SOURCES = tests/unit/test_command_given.c
tests_unit_test_command_given_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_config_SOURCES = \
	tests/unit/test_config.c tests/unit/config_broken.h
tests_unit_test_config_LDADD = $(agent_libs) $(CMOCKA_LIBS)
EXTRA_tests_unit_test_config_DEPENDENCIES = lbagent$(EXEEXT)
tests_unit_test_doors_SOURCES = tests/unit/test_doors.c
tests_unit_test_doors_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_durable_SOURCES = tests/unit/test_durable.c
tests_unit_test_durable_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_events_SOURCES = tests/unit/test_events.c
tests_unit_test_events_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_config_kind_SOURCES = tests/unit/test_config_kind.c
tests_unit_test_config_kind_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_coprocess_SOURCES = \
	tests/unit/test_coprocess.c \
	tests/unit/shim_client.c tests/unit/shim_client.h
tests_unit_test_coprocess_LDADD = $(agent_libs) $(CMOCKA_LIBS)
EXTRA_tests_unit_test_coprocess_DEPENDENCIES = tests/tools/fickle$(EXEEXT)
tests_unit_test_coprocess_line_SOURCES = tests/unit/test_coprocess_line.c
tests_unit_test_coprocess_line_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_fetcher_SOURCES = tests/unit/test_fetcher.c
tests_unit_test_fetcher_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_filer_SOURCES = tests/unit/test_filer.c
tests_unit_test_filer_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_files_SOURCES = tests/unit/test_files.c
tests_unit_test_files_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_journal_SOURCES = \
	tests/unit/test_journal.c tests/unit/journal_scene.h
tests_unit_test_journal_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_journal_damage_SOURCES = \
	tests/unit/test_journal_damage.c tests/unit/journal_scene.h
tests_unit_test_journal_damage_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_knocks_SOURCES = tests/unit/test_knocks.c
tests_unit_test_knocks_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_lobby_SOURCES = tests/unit/test_lobby.c
tests_unit_test_lobby_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_mailbox_SOURCES = tests/unit/test_mailbox.c
tests_unit_test_mailbox_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_shell_command_SOURCES = \
	tests/unit/test_shell_command.c tests/unit/command_scene.h
tests_unit_test_shell_command_LDADD = $(agent_libs) $(CMOCKA_LIBS)
shim_client = tests/unit/shim_client.c tests/unit/shim_client.h
tests_unit_test_shell_file_SOURCES = tests/unit/test_shell_file.c \
	tests/unit/command_scene.h
tests_unit_test_shell_file_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_shim_SOURCES = tests/unit/test_shim.c $(shim_client)
tests_unit_test_shim_LDADD = $(agent_libs) $(CMOCKA_LIBS)
EXTRA_tests_unit_test_shim_DEPENDENCIES = tests/tools/nasty$(EXEEXT)
tests_unit_test_shim_end_SOURCES = tests/unit/test_shim_end.c $(shim_client)
tests_unit_test_shim_end_LDADD = $(agent_libs) $(CMOCKA_LIBS)
EXTRA_tests_unit_test_shim_end_DEPENDENCIES = tests/tools/nasty$(EXEEXT)
tests_unit_test_shim_link_SOURCES = tests/unit/test_shim_link.c $(shim_client)
tests_unit_test_shim_link_LDADD = $(agent_libs) $(CMOCKA_LIBS)
EXTRA_tests_unit_test_shim_link_DEPENDENCIES = \
	tests/tools/nasty$(EXEEXT) tests/tools/fickle$(EXEEXT)
tests_unit_test_statedir_SOURCES = tests/unit/test_statedir.c
tests_unit_test_statedir_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_throttle_SOURCES = tests/unit/test_throttle.c
tests_unit_test_throttle_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_unread_SOURCES = tests/unit/test_unread.c
tests_unit_test_unread_LDADD = $(agent_libs) $(CMOCKA_LIBS)
tests_unit_test_worker_SOURCES = tests/unit/test_worker.c
tests_unit_test_worker_LDADD = $(agent_libs) $(CMOCKA_LIBS)

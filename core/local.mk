# SPDX-License-Identifier: MPL-2.0
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	core/adaptor.c core/adaptor.h \
	core/again.c core/again.h \
	core/ahead.c core/ahead.h \
	core/bound.c core/bound.h \
	core/claims.c core/claims.h core/claims_home.c \
	core/classes.c core/classes.h \
	core/command.c core/command.h \
	core/command_ask.c core/command_ask.h core/command_detail.c \
	core/command_explain.c \
	core/command_jobs.c core/command_kinds.c core/command_node.c \
	core/command_policy.c \
	core/command_results.c core/command_show.c \
	core/config.c core/config.h \
	core/core.c core/core.h \
	core/elsewhere.c core/elsewhere.h \
	core/failure.c core/failure.h \
	core/fetch.c core/fetch.h \
	core/floors.c core/floors.h \
	core/halt.c core/halt.h \
	core/gate.c core/gate.h \
	core/hearing.c core/hearing.h \
	core/home.c core/home.h \
	core/home_note.c core/home_note.h \
	core/home_results.c \
	core/items.c core/items.h \
	core/job.h \
	core/ledger.c core/ledger.h \
	core/limits.h \
	core/live.c core/live.h \
	core/look.c \
	core/median.c core/median.h \
	core/node.h \
	core/node_names.c core/node_names.h \
	core/out.c core/out.h \
	core/outbox.c core/outbox.h \
	core/peers.c core/peers.h \
	core/placement.c core/placement.h \
	core/policy.h core/policy_view.h core/policy_guard.c \
	core/policy_hybrid.c core/policy_threshold.c \
	core/publish.c core/publish.h \
	core/queue.c core/queue.h \
	core/quarantine.c core/quarantine.h \
	core/rec.c core/rec.h \
	core/record.h \
	core/runs.c core/runs.h \
	core/seek.c core/seek.h \
	core/speed.c core/speed.h \
	core/taking.c \
	core/transfer.c core/transfer.h

core_tests = \
	tests/unit/test_again \
	tests/unit/test_classes \
	tests/unit/test_command \
	tests/unit/test_command_detail \
	tests/unit/test_command_kinds \
	tests/unit/test_command_node \
	tests/unit/test_command_results \
	tests/unit/test_fetch \
	tests/unit/test_floors \
	tests/unit/test_gate \
	tests/unit/test_hearing \
	tests/unit/test_home_note \
	tests/unit/test_ledger \
	tests/unit/test_live \
	tests/unit/test_median \
	tests/unit/test_placement \
	tests/unit/test_policy_hybrid \
	tests/unit/test_policy_pull \
	tests/unit/test_policy_threshold \
	tests/unit/test_publish \
	tests/unit/test_quarantine \
	tests/unit/test_runs \
	tests/unit/test_speed \
	tests/unit/test_taking
check_PROGRAMS += $(core_tests)
TESTS += $(core_tests)

core_test_libs = libcore.a libproto.a libbase.a $(CMOCKA_LIBS)

tests_unit_test_again_SOURCES = \
	tests/unit/test_again.c tests/unit/command_scene.h
tests_unit_test_again_LDADD = $(core_test_libs)
tests_unit_test_quarantine_SOURCES = tests/unit/test_quarantine.c
tests_unit_test_quarantine_LDADD = $(core_test_libs)
tests_unit_test_runs_SOURCES = tests/unit/test_runs.c tests/unit/command_scene.h
tests_unit_test_runs_LDADD = $(core_test_libs)
tests_unit_test_taking_SOURCES = tests/unit/test_taking.c tests/unit/command_scene.h
tests_unit_test_taking_LDADD = $(core_test_libs)
tests_unit_test_placement_SOURCES = tests/unit/test_placement.c
tests_unit_test_placement_LDADD = $(core_test_libs)
tests_unit_test_policy_hybrid_SOURCES = \
	tests/unit/test_policy_hybrid.c tests/unit/policy_scene.h
tests_unit_test_policy_hybrid_LDADD = $(core_test_libs)
tests_unit_test_policy_pull_SOURCES = \
	tests/unit/test_policy_pull.c tests/unit/policy_scene.h
tests_unit_test_policy_pull_LDADD = $(core_test_libs)
tests_unit_test_policy_threshold_SOURCES = tests/unit/test_policy_threshold.c
tests_unit_test_policy_threshold_LDADD = $(core_test_libs)
tests_unit_test_speed_SOURCES = tests/unit/test_speed.c
tests_unit_test_speed_LDADD = $(core_test_libs)
tests_unit_test_fetch_SOURCES = \
	tests/unit/test_fetch.c tests/unit/command_scene.h
tests_unit_test_fetch_LDADD = $(core_test_libs)
tests_unit_test_floors_SOURCES = tests/unit/test_floors.c
tests_unit_test_floors_LDADD = $(core_test_libs)
tests_unit_test_gate_SOURCES = tests/unit/test_gate.c
tests_unit_test_gate_LDADD = $(core_test_libs)
tests_unit_test_classes_SOURCES = tests/unit/test_classes.c
tests_unit_test_classes_LDADD = $(core_test_libs)
tests_unit_test_median_SOURCES = tests/unit/test_median.c
tests_unit_test_median_LDADD = $(core_test_libs)
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c
tests_unit_test_ledger_LDADD = $(core_test_libs)
tests_unit_test_command_SOURCES = \
	tests/unit/test_command.c tests/unit/command_scene.h
tests_unit_test_command_LDADD = $(core_test_libs)
tests_unit_test_command_detail_SOURCES = \
	tests/unit/test_command_detail.c tests/unit/command_scene.h
tests_unit_test_command_detail_LDADD = $(core_test_libs)
tests_unit_test_hearing_SOURCES = \
	tests/unit/test_hearing.c tests/unit/command_scene.h
tests_unit_test_hearing_LDADD = $(core_test_libs)
tests_unit_test_home_note_SOURCES = \
	tests/unit/test_home_note.c tests/unit/command_scene.h
tests_unit_test_home_note_LDADD = $(core_test_libs)
tests_unit_test_live_SOURCES = \
	tests/unit/test_live.c tests/unit/command_scene.h
tests_unit_test_live_LDADD = $(core_test_libs)
tests_unit_test_command_kinds_SOURCES = \
	tests/unit/test_command_kinds.c tests/unit/command_scene.h
tests_unit_test_command_kinds_LDADD = $(core_test_libs)
tests_unit_test_command_node_SOURCES = \
	tests/unit/test_command_node.c tests/unit/command_scene.h
tests_unit_test_command_node_LDADD = $(core_test_libs)
tests_unit_test_command_results_SOURCES = \
	tests/unit/test_command_results.c tests/unit/command_scene.h
tests_unit_test_command_results_LDADD = $(core_test_libs)
tests_unit_test_publish_SOURCES = \
	tests/unit/test_publish.c tests/unit/command_scene.h
tests_unit_test_publish_LDADD = $(core_test_libs)

# SPDX-License-Identifier: MPL-2.0
# libtui.a is pure (tests/purity.sh): no clock, file, socket, terminal.
# libtop.a is the rest but for main(), so that tests can link it.
bin_PROGRAMS += lbtop
noinst_LIBRARIES += libtui.a libtop.a
libtui_a_SOURCES = \
	tui/app.c tui/app.h \
	tui/app_act.c \
	tui/app_ask.c \
	tui/app_change.c \
	tui/app_command.c \
	tui/app_command_nodes.c \
	tui/app_command_view.c \
	tui/app_complete.c \
	tui/app_dialog.c \
	tui/app_do.c \
	tui/app_fold.c \
	tui/app_freeze.c \
	tui/app_key.c \
	tui/app_menu.c \
	tui/app_mouse.c \
	tui/app_move.c \
	tui/app_prompt.c \
	tui/app_screen.c \
	tui/app_target.c \
	tui/app_text.c \
	tui/canvas.c tui/canvas.h \
	tui/column.c tui/column.h \
	tui/demo.c \
	tui/demo_ask.c \
	tui/demo_detail.c \
	tui/demo_say.c \
	tui/demo_world.c \
	tui/detail_slots.c \
	tui/draw.c \
	tui/draw_throttle.c \
	tui/frame.c tui/frame.h \
	tui/frame_bar.c \
	tui/frame_flash.c \
	tui/frame_meters.c \
	tui/frame_notes.c \
	tui/frame_tabs.c \
	tui/frame_text.c \
	tui/frame_title.c \
	tui/glyph.c tui/glyph.h \
	tui/jobs_parts.c tui/jobs_parts.h \
	tui/key.c tui/key.h \
	tui/key_table.c \
	tui/map.c tui/map.h \
	tui/match.c tui/match.h \
	tui/model.c tui/model.h \
	tui/model_answer.c \
	tui/model_feed.c \
	tui/model_index.c \
	tui/model_node.c \
	tui/model_past.c \
	tui/model_state.c \
	tui/model_time.c \
	tui/model_totals.c \
	tui/nodes_row.c \
	tui/notes.c tui/notes.h \
	tui/notes_wording.c \
	tui/pace.c tui/pace.h \
	tui/paint.c tui/paint.h \
	tui/prompt.c tui/prompt.h \
	tui/query.c tui/query.h \
	tui/query_nodes.c \
	tui/ring.c tui/ring.h \
	tui/screen.c tui/screen.h \
	tui/screen_cards.c \
	tui/screen_detail.c \
	tui/screen_dialog.c \
	tui/screen_first.c \
	tui/screen_help.c \
	tui/screen_jobs.c \
	tui/screen_lost.c \
	tui/screen_map.c \
	tui/screen_menu.c \
	tui/screen_messages.c \
	tui/screen_nodes.c \
	tui/screen_setup.c \
	tui/screen_work.c \
	tui/sort.c \
	tui/trail.c tui/trail.h \
	tui/table.c tui/table.h \
	tui/term_key.c tui/term_key.h \
	tui/theme.c tui/theme.h \
	tui/ui.c tui/ui.h \
	tui/ui_arrange.c \
	tui/ui_columns.c \
	tui/ui_fold.c \
	tui/ui_jobs.c \
	tui/utf8.c tui/utf8.h \
	tui/wish.c tui/wish.h \
	tui/wish_look.c \
	tui/wish_say.c \
	tui/wish_send.c \
	tui/wish_undo.c \
	tui/work_parts.c tui/work_parts.h \
	tui/app_own.h \
	tui/demo_own.h \
	tui/detail_parts.h \
	tui/input.h \
	tui/model_own.h \
	tui/setup_list.h \
	tui/ui_order.h \
	tui/wish_own.h
libtop_a_SOURCES = \
	tui/history.c tui/history.h \
	tui/batch.c \
	tui/live.c \
	tui/net.c tui/net.h \
	tui/net_ask.c \
	tui/net_control.c \
	tui/net_dial.c tui/net_dial.h \
	tui/net_members.c tui/net_own.h \
	tui/net_way.c \
	tui/option_form.c tui/option_form.h \
	tui/option_value.c tui/option_value.h \
	tui/options.c tui/options.h \
	tui/pending.c tui/pending.h \
	tui/plain.c tui/plain.h \
	tui/plain_table.c tui/plain_table.h \
	tui/record.c tui/record.h \
	tui/record_anon.c tui/record_anon.h \
	tui/record_anon_names.c \
	tui/record_anon_words.c \
	tui/record_cut.c \
	tui/record_last.c tui/record_last.h \
	tui/record_reader.c tui/record_reader.h \
	tui/record_wire.c tui/record_wire.h \
	tui/record_writer.c \
	tui/replay.c \
	tui/setup.c tui/setup.h \
	tui/setup_own.h tui/setup_save.c \
	tui/shell.c tui/shell.h \
	tui/source.c tui/source.h \
	tui/state_file.c tui/state_file.h \
	tui/stray.c tui/stray.h \
	tui/term.c tui/term.h \
	tui/term_ascii.c \
	tui/term_read.c tui/term_read.h \
	tui/term_restore.c tui/term_restore.h \
	tui/ways.c tui/ways.h
libtop_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
lbtop_SOURCES = tui/main.c
tui_libs = libtop.a libtui.a libproto.a libbase.a $(NCURSES_LIBS) \
	$(ZMQ_LIBS) $(ZLIB_LIBS) $(JANSSON_LIBS) -lm
lbtop_LDADD = $(tui_libs)

dist_man_MANS += man/lbtop.1

tui_tests = \
	tests/unit/test_tui_app \
	tests/unit/test_tui_app_ask \
	tests/unit/test_tui_app_change \
	tests/unit/test_tui_app_command \
	tests/unit/test_tui_app_dialog \
	tests/unit/test_tui_app_random \
	tests/unit/test_tui_app_refuse \
	tests/unit/test_tui_app_rows \
	tests/unit/test_tui_bytes \
	tests/unit/test_tui_canvas \
	tests/unit/test_tui_demo \
	tests/unit/test_tui_frame \
	tests/unit/test_tui_glyph \
	tests/unit/test_tui_history \
	tests/unit/test_tui_key \
	tests/unit/test_tui_memory \
	tests/unit/test_tui_model \
	tests/unit/test_tui_model_answers \
	tests/unit/test_tui_model_past \
	tests/unit/test_tui_model_trouble \
	tests/unit/test_tui_net \
	tests/unit/test_tui_net_trouble \
	tests/unit/test_tui_notes \
	tests/unit/test_tui_pace \
	tests/unit/test_tui_paint \
	tests/unit/test_tui_plain \
	tests/unit/test_tui_prompt \
	tests/unit/test_tui_query \
	tests/unit/test_tui_record \
	tests/unit/test_tui_record_cut \
	tests/unit/test_tui_recorded \
	tests/unit/test_tui_recorded_numbers \
	tests/unit/test_tui_replay \
	tests/unit/test_tui_ring \
	tests/unit/test_tui_rows \
	tests/unit/test_tui_screens \
	tests/unit/test_tui_screens_b \
	tests/unit/test_tui_screens_golden \
	tests/unit/test_tui_setup \
	tests/unit/test_tui_shell \
	tests/unit/test_tui_term_key \
	tests/unit/test_tui_term_restore \
	tests/unit/test_tui_ui \
	tests/unit/test_tui_ui_lists \
	tests/unit/test_tui_ways \
	tests/unit/test_tui_wish \
	tests/unit/test_tui_wish_many
check_PROGRAMS += $(tui_tests)
TESTS += $(tui_tests)
tests_unit_test_tui_app_SOURCES = tests/unit/test_tui_app.c tests/unit/app_scene.h
tests_unit_test_tui_app_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_app_ask_SOURCES = tests/unit/test_tui_app_ask.c tests/unit/app_scene.h
tests_unit_test_tui_app_ask_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_app_change_SOURCES = tests/unit/test_tui_app_change.c tests/unit/app_scene.h
tests_unit_test_tui_app_change_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_app_command_SOURCES = tests/unit/test_tui_app_command.c tests/unit/app_scene.h
tests_unit_test_tui_app_command_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_app_random_SOURCES = tests/unit/test_tui_app_random.c \
	tests/unit/app_scene.h
tests_unit_test_tui_app_random_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_app_dialog_SOURCES = tests/unit/test_tui_app_dialog.c tests/unit/app_scene.h
tests_unit_test_tui_app_dialog_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_app_refuse_SOURCES = tests/unit/test_tui_app_refuse.c tests/unit/app_scene.h
tests_unit_test_tui_app_refuse_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_app_rows_SOURCES = tests/unit/test_tui_app_rows.c tests/unit/app_scene.h tests/unit/fake_node.h
tests_unit_test_tui_app_rows_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_bytes_SOURCES = tests/unit/test_tui_bytes.c
tests_unit_test_tui_bytes_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_canvas_SOURCES = tests/unit/test_tui_canvas.c tests/unit/tui_canvas_help.h
tests_unit_test_tui_canvas_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_demo_SOURCES = tests/unit/test_tui_demo.c
tests_unit_test_tui_demo_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_frame_SOURCES = tests/unit/test_tui_frame.c tests/unit/tui_scene.h
tests_unit_test_tui_frame_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_glyph_SOURCES = tests/unit/test_tui_glyph.c tests/unit/tui_canvas_help.h
tests_unit_test_tui_glyph_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_history_SOURCES = tests/unit/test_tui_history.c
tests_unit_test_tui_history_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_key_SOURCES = tests/unit/test_tui_key.c
tests_unit_test_tui_key_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_memory_SOURCES = tests/unit/test_tui_memory.c
tests_unit_test_tui_memory_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_model_SOURCES = tests/unit/test_tui_model.c tests/unit/model_scene.h
tests_unit_test_tui_model_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_model_answers_SOURCES = tests/unit/test_tui_model_answers.c tests/unit/model_scene.h
tests_unit_test_tui_model_answers_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_model_past_SOURCES = tests/unit/test_tui_model_past.c tests/unit/model_scene.h
tests_unit_test_tui_model_past_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_model_trouble_SOURCES = tests/unit/test_tui_model_trouble.c tests/unit/model_scene.h
tests_unit_test_tui_model_trouble_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_net_SOURCES = tests/unit/test_tui_net.c tests/unit/net_scene.h tests/unit/tui_fake.h
tests_unit_test_tui_net_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_net_trouble_SOURCES = tests/unit/test_tui_net_trouble.c tests/unit/net_scene.h tests/unit/tui_fake.h
tests_unit_test_tui_net_trouble_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_notes_SOURCES = tests/unit/test_tui_notes.c
tests_unit_test_tui_notes_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_pace_SOURCES = tests/unit/test_tui_pace.c
tests_unit_test_tui_pace_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_paint_SOURCES = tests/unit/test_tui_paint.c
tests_unit_test_tui_paint_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_plain_SOURCES = tests/unit/test_tui_plain.c tests/unit/tui_nodes_help.h
tests_unit_test_tui_plain_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_prompt_SOURCES = tests/unit/test_tui_prompt.c
tests_unit_test_tui_prompt_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_query_SOURCES = tests/unit/test_tui_query.c tests/unit/tui_nodes_help.h
tests_unit_test_tui_query_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_record_SOURCES = tests/unit/test_tui_record.c tests/unit/record_scene.h
tests_unit_test_tui_record_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_record_cut_SOURCES = tests/unit/test_tui_record_cut.c tests/unit/record_scene.h
tests_unit_test_tui_record_cut_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_recorded_SOURCES = tests/unit/test_tui_recorded.c tests/unit/recorded_scene.h
tests_unit_test_tui_recorded_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_recorded_numbers_SOURCES = tests/unit/test_tui_recorded_numbers.c tests/unit/recorded_scene.h
tests_unit_test_tui_recorded_numbers_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_replay_SOURCES = tests/unit/test_tui_replay.c
tests_unit_test_tui_replay_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_ring_SOURCES = tests/unit/test_tui_ring.c
tests_unit_test_tui_ring_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_rows_SOURCES = tests/unit/test_tui_rows.c tests/unit/tui_scene.h tests/unit/tui_details.h
tests_unit_test_tui_rows_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_screens_SOURCES = tests/unit/test_tui_screens.c tests/unit/tui_scene.h
tests_unit_test_tui_screens_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_screens_b_SOURCES = tests/unit/test_tui_screens_b.c tests/unit/tui_scene.h tests/unit/tui_details.h
tests_unit_test_tui_screens_b_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_screens_golden_SOURCES = tests/unit/test_tui_screens_golden.c tests/unit/tui_scene.h tests/unit/tui_details.h
tests_unit_test_tui_screens_golden_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_setup_SOURCES = tests/unit/test_tui_setup.c
tests_unit_test_tui_setup_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_shell_SOURCES = tests/unit/test_tui_shell.c
tests_unit_test_tui_shell_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_term_key_SOURCES = tests/unit/test_tui_term_key.c
tests_unit_test_tui_term_key_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_term_restore_SOURCES = tests/unit/test_tui_term_restore.c
tests_unit_test_tui_term_restore_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_ui_SOURCES = tests/unit/test_tui_ui.c tests/unit/tui_desk.h
tests_unit_test_tui_ui_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_ui_lists_SOURCES = tests/unit/test_tui_ui_lists.c tests/unit/tui_desk.h
tests_unit_test_tui_ui_lists_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_ways_SOURCES = tests/unit/test_tui_ways.c
tests_unit_test_tui_ways_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_wish_SOURCES = tests/unit/test_tui_wish.c tests/unit/wish_scene.h
tests_unit_test_tui_wish_LDADD = $(tui_libs) $(CMOCKA_LIBS)
tests_unit_test_tui_wish_many_SOURCES = tests/unit/test_tui_wish_many.c tests/unit/wish_scene.h
tests_unit_test_tui_wish_many_LDADD = $(tui_libs) $(CMOCKA_LIBS)

# tests/fuzz/run.sh replay is the same with libFuzzer.
check_PROGRAMS += tests/fuzz/fuzz_replay tests/fuzz/make_corpus_replay
TESTS += tests/fuzz/fuzz_replay
tests_fuzz_fuzz_replay_SOURCES = tests/fuzz/fuzz_replay.c $(proto_replay)
tests_fuzz_fuzz_replay_LDADD = $(tui_libs)
tests_fuzz_make_corpus_replay_SOURCES = tests/fuzz/make_corpus_replay.c
tests_fuzz_make_corpus_replay_LDADD = $(tui_libs)

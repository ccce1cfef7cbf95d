/* SPDX-License-Identifier: MPL-2.0 */
/* Who may put files of commands, by the door he comes through. */
#include "agent/loop_parts.h"
#include "tests/unit/command_scene.h"

/* The status of a refusal in s->reply; EXIT_DONE: it is not refused. */
static int
ask(struct scene *s, const char *op, const char *workload, const char *home)
{
    struct shell shell = { .core = s->core, .core_config = s->config };
    const struct loop loop = { .s = &shell };
    struct net_in in = { .kind = NET_CLIENT, .role = s->role,
                         .local = s->local };
    struct buf pairs = { 0 };
    struct msg m;

    if (workload != NULL)
        pair_add(&pairs, "workload", span_str(workload));
    if (home != NULL)
        pair_add(&pairs, "home", span_str(home));
    in.msg.type = MSG_COMMAND;
    in.msg.command = (struct msg_command){ .client = 7, .seq = ++s->seq,
                                           .op = span_str(op),
                                           .pairs = buf_span(&pairs) };
    buf_reset(&s->reply_body);
    bool taken = shell_takes_file(&loop, &in, &s->reply_body);
    buf_fini(&pairs);
    if (taken)
        return EXIT_DONE;
    assert_int_equal(msg_decode(MSG_REPLY, buf_span(&s->reply_body), &m), 0);
    assert_int_equal(m.reply.client, 7);
    assert_int_equal(m.reply.seq, s->seq);
    span_copy(m.reply.text, s->text, sizeof s->text);
    return m.reply.status;
}

static int
put(struct scene *s, const char *op, const char *workload)
{
    return ask(s, op, workload, NULL);
}

/* A workload of one job, by the local socket: its number. */
static const char *
submits(struct scene *s, const char *kind)
{
    static char number[12];
    const struct desc d = { .kind = span_str(kind), .n_jobs = 1,
                            .cost = 1000000, .priority = 5,
                            .params = span_str("argv=true\n") };
    struct buf desc = { 0 }, pairs = { 0 }, chunk = { 0 };
    struct event ev = { .kind = EV_COMMAND };
    struct msg m;
    struct msg_command asked = { .client = 7, .seq = ++s->seq,
                                 .op = span_str("submit") };

    desc_encode(&d, &desc);
    pair_add(&pairs, "desc", buf_span(&desc));
    chunk_begin(0, 1, false, &chunk);
    asked.pairs = buf_span(&pairs);
    asked.blob = buf_span(&chunk);
    ev.command.role = ROLE_OPERATOR;
    ev.command.local = true;
    ev.command.command = &asked;
    scene_step(s, &ev);
    for (size_t i = 0; i < s->did->n; i++)
        if (s->did->v[i].kind == ACT_REPLY &&
            msg_decode(MSG_REPLY, s->did->v[i].reply.body, &m) == 0)
            span_copy(pair_get(m.reply.pairs, "workload"), number,
                      sizeof number);
    buf_fini(&desc);
    buf_fini(&pairs);
    buf_fini(&chunk);
    assert_true(number[0] != '\0');
    return number;
}

static void
open_scene(struct scene *s, const char *kinds, const char *own_kinds)
{
    scene_configure(s);
    strcpy(s->config.kinds, kinds);
    strcpy(s->config.own_kinds, own_kinds);
    scene_start(s);
    s->role = ROLE_SUBMIT;
}

static void
files_come_through_the_door_of_commands(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s, "sleep", "");
    s.local = true;
    assert_int_equal(put(&s, "file_put", NULL), EXIT_REFUSED);
    assert_string_equal(s.text, "alpha does not run commands; set "
                        "jobs.commands = yes (root, where root runs it) in "
                        "node.ini there");
    scene_free(&s);
    for (int own = 0; own < 2; own++) {
        open_scene(&s, own ? "sleep" : "sleep command", own ? "command" : "");
        s.local = true;
        assert_int_equal(put(&s, "file_put", NULL), EXIT_DONE);
        assert_int_equal(put(&s, "file_put", "0"), EXIT_DONE);
        s.local = false;
        assert_int_equal(put(&s, "file_put", NULL), EXIT_REFUSED);
        assert_string_equal(s.text, "alpha takes files of commands over its "
                            "local socket only; run lbctl on that host, "
                            "with -n ipc://PATH of its control.sock");
        assert_int_equal(put(&s, "file_put", "0"), EXIT_REFUSED);
        assert_int_equal(put(&s, "file_get", NULL), EXIT_DONE);
        assert_int_equal(put(&s, "file_have", NULL), EXIT_DONE);
        scene_free(&s);
    }
}

static void
what_comes_back_comes_from_any_node(void **state)
{
    struct scene s;

    (void)state;
    open_scene(&s, "sleep command", "");
    s.local = false;
    assert_int_equal(put(&s, "file_put", submits(&s, "command")), EXIT_DONE);
    assert_int_equal(put(&s, "file_put", "99"), EXIT_NOTFOUND);
    assert_string_equal(s.text, "alpha has no workload 99 of commands");
    assert_int_equal(put(&s, "file_put", submits(&s, "sleep")), EXIT_NOTFOUND);
    scene_free(&s);
}

static void
what_is_meant_for_another_home_is_not_taken(void **state)
{
    struct node_id other = { { 9 } };
    char home[NODE_ID_TEXT], elsewhere[NODE_ID_TEXT];
    struct scene s;

    (void)state;
    open_scene(&s, "sleep command", "");
    s.local = false;
    const char *number = submits(&s, "command");
    node_id_print(&s.config.id, home);
    node_id_print(&other, elsewhere);
    assert_int_equal(ask(&s, "file_put", number, home), EXIT_DONE);
    assert_int_equal(ask(&s, "file_put", number, elsewhere),
                     EXIT_UNREACHABLE);
    assert_string_equal(s.text, "alpha is not the home of the file");
    assert_int_equal(ask(&s, "file_put", number, "alpha"), EXIT_UNREACHABLE);
    assert_int_equal(ask(&s, "file_get", NULL, home), EXIT_DONE);
    assert_int_equal(ask(&s, "file_get", NULL, elsewhere), EXIT_UNREACHABLE);
    scene_free(&s);
}

static void
the_core_names_what_the_shell_keeps(void **state)
{
    struct core_workload w[4];
    struct scene s;

    (void)state;
    open_scene(&s, "sleep command", "");
    assert_int_equal(core_workloads(s.core, w, 4), 0);
    (void)submits(&s, "command");
    (void)submits(&s, "sleep");
    assert_int_equal(core_workloads(s.core, w, 1), 2);
    assert_int_equal(core_workloads(s.core, w, 4), 2);
    assert_true(w[0].number != w[1].number && w[0].files.len == 0);
    assert_true(core_has_workload(s.core, w[0].number, "command"));
    assert_false(core_has_workload(s.core, w[0].number, "sleep"));
    assert_true(core_runs_kind(s.core, "command"));
    assert_false(core_runs_kind(s.core, "fib"));
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_through_the_door_of_commands),
        cmocka_unit_test(what_comes_back_comes_from_any_node),
        cmocka_unit_test(what_is_meant_for_another_home_is_not_taken),
        cmocka_unit_test(the_core_names_what_the_shell_keeps),
    };
    return cmocka_run_group_tests_name("shell_file", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MPL-2.0 */
/* Who may ask what the shell answers by itself: as of the core. */
#include "agent/loop_parts.h"
#include "tests/unit/command_scene.h"

/* The status of a refusal in s->reply; EXIT_DONE: it is not refused. */
static int
ask_shell(struct scene *s, const char *op)
{
    const struct msg_command asked = { .client = 7, .seq = ++s->seq,
                                       .op = span_str(op) };
    struct msg m;

    buf_reset(&s->reply_body);
    if (!shell_refuses(&asked, s->role, s->config.name, &s->reply_body))
        return EXIT_DONE;
    assert_int_equal(msg_decode(MSG_REPLY, buf_span(&s->reply_body), &m), 0);
    assert_int_equal(m.reply.client, 7);
    assert_int_equal(m.reply.seq, s->seq);
    span_copy(m.reply.text, s->text, sizeof s->text);
    return m.reply.status;
}

/* What runs is as open as what has run: of each pair both or none. */
static void
a_role_reads_output_as_it_reads_results(void **state)
{
    static const char *const pair[][2] = {
        { "output", "results" }, { "events", "wait" }, { "config", "nodes" } };
    struct scene s;

    (void)state;
    scene_new(&s);
    for (int role = 0; role <= ROLE_OPERATOR; role++)
        for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++) {
            s.role = (enum role)role;
            bool core = scene_ask(&s, pair[i][1], "") != EXIT_REFUSED;
            assert_int_equal(ask_shell(&s, pair[i][0]),
                             core ? EXIT_DONE : EXIT_REFUSED);
        }
    s.role = (enum role)0;
    assert_int_equal(ask_shell(&s, "output"), EXIT_REFUSED);
    assert_string_equal(s.text, "your role may not output on alpha");
    /* Not the shell's: the core judges. */
    assert_int_equal(ask_shell(&s, "submit"), EXIT_DONE);
    scene_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_reads_output_as_it_reads_results),
    };
    return cmocka_run_group_tests_name("shell_command", tests, NULL, NULL);
}

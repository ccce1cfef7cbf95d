/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/net_scene.h"

/* Nor if that one was asked before: a cut connection greets anew. */
static void
question_is_not_put_to_who_took_the_place(void **state)
{
    (void)state;
    for (unsigned before = 0; before < 2; before++) {
        struct scene s;
        scene_of(&s, 2);
        struct node_id old = s.fake[1].id;
        uint64_t id = before > 0 ? ask(&s, "detail", &old) : 0;
        UNTIL(s.answered == id || before == 0);
        s.fake[1].id.b[0] ^= 0xff;  /* another node at the same address */
        if (before > 0)
            fake_cut(&s.fake[1], s.context);
        UNTIL((ask(&s, "drain", &old),
               s.member_failed || s.fake[1].asked > before));
        assert_int_equal(s.fake[1].asked, before);
        assert_string_equal(s.why, "another node answers there");
        scene_fini(&s);
    }
}

/* A stall in which the node goes and another comes: what is asked before lbtop
 * looks at its sockets again must not reach that one. */
static void
cut_connection_is_not_made_again_by_itself(void **state)
{
    (void)state;
    struct scene s;
    zmq_pollitem_t item = { .events = ZMQ_POLLIN };
    scene_of(&s, 2);
    struct node_id old = s.fake[1].id;
    uint64_t id = ask(&s, "detail", &old);
    UNTIL(s.answered == id);
    s.fake[1].id.b[0] ^= 0xff;
    fake_cut(&s.fake[1], s.context);
    assert_int_equal(zmq_socket_monitor(s.fake[1].router, "inproc://watch",
                                        ZMQ_EVENT_HANDSHAKE_SUCCEEDED), 0);
    item.socket = zmq_socket(s.context, ZMQ_PAIR);
    assert_int_equal(zmq_connect(item.socket, "inproc://watch"), 0);
    assert_int_equal(zmq_poll(&item, 1, 1000), 0);  /* nobody comes */
    (void)ask(&s, "drain", &old);
    s.member_failed = false;
    UNTIL((ask(&s, "drain", &old),
           s.member_failed || s.fake[1].asked > 1));
    assert_int_equal(s.fake[1].asked, 1);
    zmq_socket_monitor(s.fake[1].router, NULL, 0);
    zmq_close(item.socket);
    scene_fini(&s);
}

static void
another_member_takes_over(void **state)
{
    (void)state;
    struct scene s;
    char there[100];
    scene_of(&s, 2);
    UNTIL((fake_publish(&s.fake[1], MSG_STATE), s.states > 0));
    fake_close(&s.fake[0]);
    s.up[0] = '\0';
    UNTIL(s.up[0] != '\0');
    assert_string_equal(s.down_why, "closed");
    (void)snprintf(there, sizeof there, "127.0.0.1:%u", s.fake[1].port);
    assert_string_equal(s.up, there);
    assert_true(s.down[0] == 'i');      /* ipc:// */
    assert_true(node_id_equal(net_way_in(s.net), &s.fake[1].id));
    uint64_t id = ask(&s, "publish", NULL);
    UNTIL(s.answered == id);
    assert_string_equal(s.fake[1].op, "publish");
    scene_fini(&s);
}

static void
way_in_that_says_bye_is_left(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    UNTIL((fake_publish(&s.fake[1], MSG_STATE), s.states > 0));
    s.states = 0;
    UNTIL((fake_publish(&s.fake[0], MSG_STATE), s.states > 0));
    fake_publish(&s.fake[0], MSG_BYE);
    s.fake[0].mute = true;
    UNTIL((fake_publish(&s.fake[1], MSG_STATE),
           node_id_equal(net_way_in(s.net), &s.fake[1].id)));
    scene_fini(&s);
}

/* A port that was closed just now may answer once more. */
static void
reasons_are_exact_and_it_is_tried_again(void **state)
{
    (void)state;
    struct scene s;
    char refused[100], long_name[200] = "";
    scene_init(&s, 1);
    snprintf(refused, sizeof refused, "127.0.0.1:%u", s.fake[0].port);
    fake_close(&s.fake[0]);
    memset(long_name, 'x', 100);        /* no label is so long: no DNS */
    const struct { const char *where, *why; } row[] = {
        { "ipc:///tmp/lbtop-nothing-here", "no such file" },
        { refused, "connection refused" },
        { long_name, "name not found" },
        { "a b:c", "neither HOST[:PORT] nor ipc://PATH" },
    };
    scene_connect(&s, NULL, 0);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        s.failed[0] = '\0';
        net_connect(s.net, row[i].where);
        UNTIL(strcmp(s.failed, row[i].where) == 0 &&
              strcmp(s.why, row[i].why) == 0);
    }
    net_connect(s.net, refused);
    for (int i = 0; i < 2; i++) {       /* by itself, and when asked */
        s.failed[0] = '\0';
        UNTIL(strcmp(s.failed, refused) == 0);
    }
    s.now_us += 10 * INT64_C(1000000);
    UNTIL(net_deadline_us(s.net) > s.now_us);   /* it can rest */
    s.failed[0] = '\0';
    int64_t now = s.now_us;
    net_retry(s.net);
    UNTIL(strcmp(s.failed, refused) == 0);
    assert_true(s.now_us - now < 1000 * 1000);
    scene_fini(&s);
}

static void
who_never_answers_is_given_up(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 1);
    s.fake[0].mute = true;
    scene_connect_local(&s);
    UNTIL(s.failed[0] != '\0');
    assert_string_equal(s.why, "time-out");
    s.fake[0].mute = false;
    UNTIL(s.up[0] != '\0');
    scene_fini(&s);
}

static void
another_version_is_told_by_its_number(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, 1);
    s.fake[0].version = 2;
    scene_connect_local(&s);
    UNTIL(s.failed[0] != '\0');
    assert_string_equal(s.why, "speaks version 2 of the protocol, lbtop 1");
    assert_string_equal(node_state(model_by_id(s.m, &s.fake[0].id)), "ver");
    s.fake[0].version = 0;
    UNTIL(s.up[0] != '\0');
    scene_fini(&s);
}

/* Simulated seconds until `where` is tried again. */
static int64_t
next_try_s(struct scene *s)
{
    int64_t from = s->now_us;

    s->failed[0] = '\0';
    for (int turns = 0; s->failed[0] == '\0' && turns < TURNS; turns++) {
        turn(s);
        s->now_us += 500 * 1000 - TURN_US;
    }
    assert_true(s->failed[0] != '\0');
    return (s->now_us - from) / 1000000;
}

static void
who_is_no_node_is_tried_each_minute(void **state)
{
    (void)state;
    struct scene s;
    char where[100];
    const char *list[] = { where };
    scene_init(&s, 1);
    /* what is taken for its control socket is the one for states */
    (void)snprintf(where, sizeof where, "127.0.0.1:%u", s.fake[0].port - 1);
    scene_connect(&s, list, 1);
    UNTIL(s.failed[0] != '\0');
    assert_string_equal(s.why, "does not speak the lbagent protocol");
    assert_in_range(next_try_s(&s), 58, 70);
    scene_fini(&s);
}

static void
unknown_names_are_tried_less_and_less(void **state)
{
    (void)state;
    struct scene s;
    char name[200] = "";
    const char *list[] = { name };
    scene_init(&s, 1);
    memset(name, 'x', 100);     /* no label is so long: no DNS */
    scene_connect(&s, list, 1);
    UNTIL(s.failed[0] != '\0');
    assert_string_equal(s.why, "name not found");
    int64_t last = 0;
    for (int i = 0; i < 8; i++) {
        int64_t now = next_try_s(&s);
        assert_true(now >= last - 1);
        last = now;
    }
    assert_in_range(last, 58, 70);
    scene_fini(&s);
}

/* ---- what the user named ---- */

static void
two_ways_to_one_node_are_told(void **state)
{
    (void)state;
    struct scene s;
    char local[100], tcp[100], text[300];
    const char *list[] = { local, tcp, local };
    scene_init(&s, 1);
    (void)snprintf(local, sizeof local, "ipc://%s/control.sock",
                   s.fake[0].dir);
    (void)snprintf(tcp, sizeof tcp, "127.0.0.1:%u", s.fake[0].port);
    scene_connect(&s, list, 3);
    UNTIL(s.notes == 1);
    (void)snprintf(text, sizeof text, "%s is named twice", local);
    assert_string_equal(s.said, text);
    UNTIL(s.notes == 2);
    assert_non_null(strstr(s.said, local));
    assert_non_null(strstr(s.said, tcp));
    assert_non_null(strstr(s.said, " are one node"));
    UNTIL(s.up[0] != '\0');
    s.nodes_id = ask(&s, "nodes", NULL);
    UNTIL(s.m->n > 0);
    assert_int_equal(s.m->n, 1);
    scene_fini(&s);
}

static void
name_of_a_member_is_known(void **state)
{
    (void)state;
    struct scene s;
    scene_of(&s, 2);
    (void)snprintf(s.up, sizeof s.up, " ");
    net_connect(s.net, "fake2");        /* no resolver knows it */
    UNTIL(strcmp(s.up, "fake2") == 0);
    assert_true(node_id_equal(net_way_in(s.net), &s.fake[1].id));
    scene_fini(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(question_is_not_put_to_who_took_the_place),
        cmocka_unit_test(cut_connection_is_not_made_again_by_itself),
        cmocka_unit_test(another_member_takes_over),
        cmocka_unit_test(way_in_that_says_bye_is_left),
        cmocka_unit_test(reasons_are_exact_and_it_is_tried_again),
        cmocka_unit_test(who_never_answers_is_given_up),
        cmocka_unit_test(another_version_is_told_by_its_number),
        cmocka_unit_test(who_is_no_node_is_tried_each_minute),
        cmocka_unit_test(unknown_names_are_tried_less_and_less),
        cmocka_unit_test(two_ways_to_one_node_are_told),
        cmocka_unit_test(name_of_a_member_is_known),
    };
    return cmocka_run_group_tests_name("tui_net_trouble", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MPL-2.0 */
/* shell_file - files that travel with commands, as far as the loop has to do
 * with them: who may put them, and when those that nobody needs are dropped.
 * The rest is the filer's. */
#include <stdlib.h>
#include <string.h>

#include "agent/loop_parts.h"
#include "base/exits.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "proto/limits.h"

#define SECOND_US INT64_C(1000000)

static const char COMMAND[] = "command";
static const int64_t SWEEP_US = 600 * SECOND_US, SOON_US = 10 * SECOND_US;
static const uint64_t KEEP_MS = 3600 * 1000;

/* Nodes say whose files they mean: the place of a home that has ended may be
 * another one's now, with a workload of the same number. */
static bool
is_meant(const struct loop *l, const struct msg_command *m)
{
    struct span home = pair_get(m->pairs, "home");
    char is[NODE_ID_TEXT];

    node_id_print(&l->s->core_config.id, is);
    return home.p == NULL || span_is(home, is);
}

/* 0; or the status, with `text`. As submitting commands; but what comes back
 * for a workload comes from any node that ran its jobs. */
static int
judge(const struct loop *l, const struct net_in *in, char *text, size_t cap)
{
    const struct msg_command *m = &in->msg.command;
    const struct core *core = l->s->core;
    const char *name = l->s->core_config.name;
    uint64_t number;

    if (filer_knows(m->op) && !is_meant(l, m)) {
        text_add(text, cap, "%s is not the home of the file", name);
        return EXIT_UNREACHABLE;
    }
    if (!span_is(m->op, "file_put") ||
        !pair_u64(m->pairs, "workload", 0, &number) || number > UINT32_MAX)
        return EXIT_DONE;       /* the filer says that it is no number */
    if (number > 0) {
        if (core_has_workload(core, (uint32_t)number, COMMAND))
            return EXIT_DONE;
        text_add(text, cap, "%s has no workload %llu of commands", name,
                 (unsigned long long)number);
        return EXIT_NOTFOUND;
    }
    if (!core_runs_kind(core, COMMAND))
        text_add(text, cap, "%s does not run commands; set jobs.commands = "
                 "yes (root, where root runs it) in node.ini there", name);
    else if (!in->local)
        text_add(text, cap, "%s takes files of commands over its local socket "
                 "only; run lbctl on that host, with -n ipc://PATH of its "
                 "control.sock", name);
    return text[0] != '\0' ? EXIT_REFUSED : EXIT_DONE;
}

bool
shell_takes_file(const struct loop *l, const struct net_in *in,
                 struct buf *body)
{
    const struct msg_command *m = &in->msg.command;
    char text[300] = "";
    int status = judge(l, in, text, sizeof text);

    if (status == EXIT_DONE)
        return true;
    const struct msg r = { .type = MSG_REPLY,
                           .reply = { .client = m->client, .seq = m->seq,
                                      .status = (uint8_t)status,
                                      .text = span_str(text) } };
    msg_encode(&r, body);
    return false;
}

void
loop_file_ask(struct loop *l, const struct net_in *in)
{
    const struct filer_from from = {
        .client = in->client, .local = in->local,
        .unread = net_unread(l->s->net, in->client) };
    struct buf refusal = { 0 };

    if (!filer_ask(l->s->filer, &from, &in->msg.command, &refusal))
        loop_reply(l, in->client, buf_span(&refusal));
    buf_fini(&refusal);
}

void
loop_file_answers(struct loop *l)
{
    struct mailbox *answers = filer_answers(l->s->filer);
    struct filer_answer a;

    for (size_t n = mailbox_count(answers);
         n > 0 && mailbox_take(answers, &a, 1) == 1; n--) {
        unread_give(a.unread, FILE_PIECE_BYTES);
        loop_reply(l, a.client, buf_span(&a.body));
        buf_fini(&a.body);
    }
}

void
loop_file_forget(struct loop *l)
{
    if (l->sweep_us > l->now_us + SOON_US)
        l->sweep_us = l->now_us + SOON_US;
}

static int
by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* What must stay, as it is now. */
static struct files_live
live_files(const struct core *core)
{
    size_t n = core_workloads(core, NULL, 0);
    struct core_workload *w = xcalloc(n + 1, sizeof *w);
    struct files_live live = { .manifest = xcalloc(n + 1,
                                                   sizeof(struct digest)),
                               .number = xcalloc(n + 1, sizeof(uint32_t)),
                               .n_numbers = n };

    (void)core_workloads(core, w, n);
    for (size_t i = 0; i < n; i++) {
        live.number[i] = w[i].number;
        if (w[i].files.len == DIGEST_BYTES)
            memcpy(live.manifest[live.n_manifests++].byte, w[i].files.p,
                   DIGEST_BYTES);
    }
    qsort(live.number, n, sizeof live.number[0], by_number);
    free(w);
    return live;
}

void
loop_file_tick(struct loop *l)
{
    if (l->now_us < l->sweep_us)
        return;
    l->sweep_us = l->now_us + SWEEP_US;
    if (files_used(l->s->files) == 0)
        return;
    const struct files_live live = live_files(l->s->core);
    if (!filer_sweep(l->s->filer, &live, KEEP_MS))
        l->sweep_us = l->now_us + SOON_US;
}

/* SPDX-License-Identifier: MPL-2.0 */
/* A process of an own kind, behind its shim. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/command_given.h"
#include "agent/coprocess_parts.h"
#include "base/log.h"
#include "base/text.h"

enum { SAY_US = 1000 * 1000, END_MORE_MS = 10 * 1000, START_MS = 60 * 1000,
       LOOKS_MAX = 64 };

void
process_init(struct process *p, const struct coprocess_config *config,
             size_t kind, size_t slot)
{
    *p = (struct process){ .config = config, .kind = config->kind[kind],
                           .slot = slot, .in = -1, .out = -1 };
    /* Behind those of the slots' own shims (command.c). */
    p->number = (unsigned)(config->n_slots * (kind + 1) + slot);
    shim_link_init(&p->shim);
}

static void
close_pipes(struct process *p)
{
    if (p->in >= 0)
        close(p->in);
    if (p->out >= 0)
        close(p->out);
    p->in = p->out = -1;
}

void
process_fini(struct process *p)
{
    close_pipes(p);
    shim_link_fini(&p->shim);
    buf_fini(&p->bytes);
    buf_fini(&p->said);
}

/* ---- stderr ---- */

static void
say_line(struct process *p, bool last)
{
    char text[STDERR_MAX + 1], quoted[2 * STDERR_MAX + 8], skipped[32] = "";
    int64_t now = clock_us();

    if (p->said_us != 0 && now - p->said_us < SAY_US && !last) {
        p->skipped++;
        return;
    }
    if (p->skipped > 0)
        text_add(skipped, sizeof skipped, " skipped=%u", p->skipped);
    span_copy(buf_span(&p->said), text, sizeof text);
    log_event(LOG_INFO, "kind-stderr", "kind=%s slot=%zu%s line=%s",
              p->kind->name, p->slot + 1, skipped,
              log_quote(text, quoted, sizeof quoted));
    p->said_us = now;
    p->skipped = 0;
}

static void
hear_stderr(struct process *p, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.p[i] == '\n') {
            say_line(p, false);
            buf_reset(&p->said);
        } else if (p->said.len < STDERR_MAX) {
            buf_u8(&p->said, bytes.p[i]);
        }
    }
}

/* ---- what its shim says ---- */

static void
has_ended(struct process *p)
{
    p->runs = false;
    if (p->said.len > 0 || p->skipped > 0)
        say_line(p, true);
    buf_reset(&p->said);
}

/* False: not a frame that a shim sends. */
static bool
take_frame(struct process *p, uint8_t type, struct span body)
{
    switch (type) {
    case SHIM_ERR:
        hear_stderr(p, body);
        return true;
    case SHIM_PIPES:
        close_pipes(p);
        p->in = p->shim.pipe[0];
        p->out = p->shim.pipe[1];
        p->shim.pipe[0] = p->shim.pipe[1] = -1;
        if (p->in < 0)
            p->end = (struct shim_end){
                .how = SHIM_NOT_NOW,
                .why = span_str("no room for its stdin and stdout") };
        return p->in >= 0 && fcntl(p->in, F_SETFL, O_NONBLOCK) == 0 &&
               fcntl(p->out, F_SETFL, O_NONBLOCK) == 0;
    case SHIM_END:
        has_ended(p);
        return shim_end_decode(body, &p->end) == 0;
    default:
        return false;
    }
}

bool
process_hear(struct process *p)
{
    struct span body;
    size_t at = 0, n;
    uint8_t type;
    bool good = shim_link_receive(&p->shim);

    while (good && (n = shim_link_frame(&p->shim, at, &type, &body)) > 0) {
        good = take_frame(p, type, body);
        /* Its words go with the bytes that they stand in. */
        if (type == SHIM_END && good && p->end.why.len > 0)
            return true;
        at += n;
    }
    if (good)
        shim_link_taken(&p->shim, at);
    else
        process_kill(p);
    return good;
}

static bool
has_come(const struct process *p, int wait_ms)
{
    struct pollfd fd = { p->shim.fd, POLLIN, 0 };
    int n;

    do {
        n = poll(&fd, 1, wait_ms);
    } while (n < 0 && errno == EINTR);
    return n > 0;
}

void
process_look(struct process *p)
{
    /* One that never ceases is heard by the next exchange too. */
    for (int i = 0; i < LOOKS_MAX && p->shim.fd >= 0 && has_come(p, 0); i++)
        if (!process_hear(p))
            return;
}

/* ---- start ---- */

static void
encode_run(const struct process *p, const struct buf *kept, struct buf *body)
{
    const struct command_config *c = p->config->command;
    struct buf argv = { 0 }, env = { 0 };
    struct shim_run run = { .kill_after_us = (uint64_t)c->kill_after_us,
                            .output_max = UINT64_MAX, .lines = true };

    for (size_t i = 0; i < p->kind->command.n; i++, run.argc++) {
        const char *word = p->kind->command.v[i];
        buf_bytes(&argv, word, strlen(word) + 1);
    }
    buf_bytes(&env, kept->p, kept->len);
    for (size_t i = 0; i < kept->len; i++)
        run.envc += kept->p[i] == '\0';
    given_put(&env, &run.envc, "LB_KIND=%s", p->kind->name);
    given_put(&env, &run.envc, "LB_NODE=%s", c->node);
    given_put(&env, &run.envc, "LB_SLOT=%zu", p->slot + 1);
    given_put(&env, &run.envc, "TMPDIR=%s/%u", c->scratch, p->number);
    run.argv = buf_span(&argv);
    run.env = buf_span(&env);
    shim_run_encode(&run, body);
    buf_fini(&argv);
    buf_fini(&env);
}

/* The number behind `word` in a file of /proc; 0: there is none. */
static pid_t
number_in(const char *path, const char *word)
{
    char text[512];
    FILE *f = fopen(path, "re");
    size_t n = f != NULL ? fread(text, 1, sizeof text - 1, f) : 0;

    if (f != NULL)
        fclose(f);
    text[n] = '\0';
    const char *at = strstr(text, word);
    return at != NULL ? (pid_t)strtol(at + strlen(word), NULL, 10) : 0;
}

/* The program is the first child of its shim, which knows it by the numbers of
 * a namespace of its own. */
static pid_t
find_program(const struct process *p)
{
    char path[80];

    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", p->shim.pidfd);
    pid_t shim = number_in(path, "\nPid:");
    if (shim <= 0)
        return 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)shim,
             (int)shim);
    return number_in(path, "");
}

int64_t
process_cpu_us(const struct process *p)
{
    if (!p->runs)
        return (int64_t)p->end.cpu_us;
    return p->pid > 0 ? clock_process_of_us(p->pid) : 0;
}

static int
tell_why(struct process *p, char *err)
{
    char why[SHIM_WHY_MAX + 1];

    span_copy(p->end.why, why, sizeof why);
    p->end.why = span_of(NULL, 0);
    text_add(err, KIND_ERROR_MAX, "kind %s: %s on %s", p->kind->name,
             why[0] != '\0' ? why : "its program ended at once",
             p->config->command->node);
    buf_reset(&p->shim.in);
    return p->end.how == SHIM_NOT_NOW ? -EAGAIN : -EIO;
}

int
process_start(struct process *p, const struct buf *kept, struct orders *orders,
              char *err)
{
    struct buf body = { 0 };
    int rc = shim_link_open(&p->shim, p->config->spawner, p->number);

    if (rc < 0) {
        text_add(err, KIND_ERROR_MAX, "kind %s: no process on %s: %s",
                 p->kind->name, p->config->command->node, strerror(-rc));
        return rc == -EPIPE ? rc : -EAGAIN;
    }
    close_pipes(p);
    p->runs = true;
    p->taken = false;
    p->n_jobs = 0;
    p->end = (struct shim_end){ .how = 0 };
    p->started_us = clock_us();
    buf_reset(&p->bytes);
    encode_run(p, kept, &body);
    p->shim.control.stop = false;
    bool sent = shim_link_tell(&p->shim, orders, p->slot, false) &&
                shim_link_send(&p->shim, SHIM_RUN, buf_span(&body));
    buf_fini(&body);
    if (!sent)
        process_kill(p);
    while (p->runs && p->in < 0) {
        if (!has_come(p, START_MS))
            process_kill(p);
        else
            (void)process_hear(p);
    }
    if (!p->runs)
        return tell_why(p, err);
    p->pid = find_program(p);
    return 0;
}

/* ---- the end ---- */

void
process_kill(struct process *p)
{
    if (p->runs)
        has_ended(p);
    close_pipes(p);
    shim_link_close(&p->shim);
}

/* Until it has ended, or for so long. */
static void
await_end(struct process *p, int64_t ms)
{
    int64_t end_us = clock_us() + ms * 1000;

    while (p->runs) {
        int64_t left_us = end_us - clock_us();
        if (left_us <= 0 || !has_come(p, (int)(left_us / 1000) + 1))
            break;
        (void)process_hear(p);
    }
    if (p->runs)
        process_kill(p);
    close_pipes(p);
}

void
process_stop(struct process *p)
{
    int64_t ms = p->config->command->kill_after_us / 1000;

    if (!p->runs)
        return;
    if (!shim_link_send(&p->shim, SHIM_STOP, span_of(NULL, 0)))
        process_kill(p);
    await_end(p, ms + END_MORE_MS);
}

void
process_retire(struct process *p)
{
    if (p->in >= 0)
        close(p->in);
    p->in = -1;
    await_end(p, p->config->command->kill_after_us / 1000);
}

size_t
process_unread(const struct process *p)
{
    int n = 0;

    return p->in >= 0 && ioctl(p->in, FIONREAD, &n) == 0 ? (size_t)n : 0;
}

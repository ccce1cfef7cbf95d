/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/command_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/command_files_parts.h"
#include "agent/shim_parts.h"
#include "agent/shortage.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/command.h"
#include "proto/lb.h"
#include "proto/msg.h"

enum { AGAIN_MS = 1000 };
/* Not long: others may have at once what is lacking here. */
static const int64_t SHORT_US = 10 * INT64_C(1000000);

void
command_files_clean(const char *jobs)
{
    scratch_clean(jobs);
}

struct command_files *
command_files_new(const struct command_config *config, struct orders *orders,
                  size_t number)
{
    struct command_files *f = xcalloc(1, sizeof *f);

    f->config = config;
    f->orders = orders;
    f->number = number;
    f->news = f->dir = -1;
    f->short_us = SHORT_US;
    return f;
}

void
command_files_free(struct command_files *f)
{
    if (f == NULL)
        return;
    if (f->news >= 0)
        close(f->news);
    free(f);
}

/* ---- waiting ---- */

uint8_t
command_files_ended(const struct command_files *f, char *err)
{
    if (orders_look(f->orders, f->number).stop)
        return OUTCOME_CANCELLED;
    if (clock_us() < f->end_us)
        return 0;
    err[0] = '\0';
    text_add(err, KIND_ERROR_MAX, "timeout");
    return OUTCOME_FAILED;
}

/* Until there is news of a parcel, of the orders, or the time is over. */
static void
doze(const struct command_files *f)
{
    struct pollfd p[2] = { { f->news, POLLIN, 0 },
                           { orders_news(f->orders, f->number), POLLIN, 0 } };
    int64_t left_us = f->end_us - clock_us();
    eventfd_t count;

    int wait_ms = f->end_us == INT64_MAX          ? -1
                  : left_us <= 0                  ? 0
                  : left_us / 1000 >= INT_MAX / 2 ? INT_MAX / 2
                                                  : (int)(left_us / 1000 + 1);
    if (poll(p, 2, wait_ms) <= 0)
        return;
    if (p[0].revents != 0)
        (void)eventfd_read(f->news, &count);
    if (p[1].revents != 0)
        orders_heard(f->orders, f->number);
}

uint8_t
command_files_hitch(struct command_files *f, const char *why)
{
    f->waits = true;
    f->why[0] = '\0';
    text_add(f->why, sizeof f->why, "%s", why);
    return 0;
}

void
command_files_home(const struct command_files *f, char dst[PLACE_CAP])
{
    memcpy(dst, f->job->order->home_at, PLACE_CAP);
    orders_place(f->orders, f->number, dst);
}

static void
tell_waits(const struct command_files *f)
{
    const struct order *o = f->job->order;
    char quoted[2 * KIND_ERROR_MAX], home_at[PLACE_CAP];

    command_files_home(f, home_at);

    log_event(LOG_WARN, "file-waits", "workload=%u job=%u home=%s why=%s "
              "next=\"tried again\"", (unsigned)o->workload,
              (unsigned)o->index, home_at[0] != '\0' ? home_at : "-",
              log_quote(f->why, quoted, sizeof quoted));
}

/* A moment, unless the orders have news. */
static void
pause_a_while(const struct command_files *f)
{
    struct pollfd p = { orders_news(f->orders, f->number), POLLIN, 0 };

    f->job->lasts(f->job->arg);
    if (poll(&p, 1, AGAIN_MS) > 0)
        orders_heard(f->orders, f->number);
}

uint8_t
command_files_insist(struct command_files *f, const struct insisting *i)
{
    int64_t until_us = clock_us() + i->us;

    for (bool told = false;; told = true) {
        f->waits = false;
        i->err[0] = '\0';
        uint8_t outcome = i->go(i->arg);
        if (outcome != 0 || !f->waits)
            return outcome;
        if (!told)
            tell_waits(f);
        pause_a_while(f);
        if ((outcome = command_files_ended(f, i->err)) != 0) {
            f->waits = false;
            return outcome;
        }
        if (clock_us() >= until_us)
            return OUTCOME_CANCELLED;
    }
}

uint8_t
command_files_carry(struct command_files *f, const struct parcel_of *of,
                    int *status, char *why, char *err)
{
    struct courier *courier = f->config->courier;
    uint8_t outcome;

    f->job->lasts(f->job->arg);
    if (f->news < 0)
        f->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct parcel *p = f->news < 0 ? NULL : courier_send(courier, of, f->news);
    if (p == NULL) {
        *status = PARCEL_SHORT;
        text_add(why, KIND_ERROR_MAX, "%s", strerror(errno));
        return 0;
    }
    /* Asked for before the first look, so that no stop is missed. */
    (void)orders_news(f->orders, f->number);
    while ((outcome = command_files_ended(f, err)) == 0 &&
           (*status = courier_look(courier, p, why, KIND_ERROR_MAX)) ==
               PARCEL_UNDER_WAY)
        doze(f);
    courier_leave(courier, p, f->news);
    return outcome;
}

/* ---- before the run ---- */

/* The words of a parameter of the job. */
static struct span
words_of(const struct command_files *f, const char *name)
{
    return kind_param(f->job->desc->params, f->job->args, name);
}

static uint8_t
no_sense(const char *name, char *err)
{
    err[0] = '\0';
    text_add(err, KIND_ERROR_MAX, "its parameter %s makes no sense", name);
    return OUTCOME_FAILED;
}

/* Calls `each` with every word of parameter `name`, until one gives an
 * outcome. */
static uint8_t
each_word(struct command_files *f, const char *name,
          uint8_t (*each)(struct command_files *f, const char *word,
                          char *err),
          char *err)
{
    struct span rest = words_of(f, name);
    struct buf word = { 0 };
    uint8_t outcome = 0;
    int rc;

    while (outcome == 0 &&
           (rc = command_word_next(&rest, (unsigned)f->number + 1, &word)) !=
               0) {
        outcome = rc < 0 ? no_sense(name, err)
                         : each(f, (const char *)word.p, err);
        buf_reset(&word);
    }
    buf_fini(&word);
    return outcome;
}

static uint8_t
give_one(struct command_files *f, const char *word, char *err)
{
    struct command_file file;

    if (!command_file_read(word, &file))
        return no_sense("put", err);
    return command_files_place(f, &file, err);
}

/* An empty directory; what is left of the one before is gone. 0, also at a
 * hitch, or the outcome. */
static uint8_t
make_dir(void *arg)
{
    struct command_files *f = arg;

    snprintf(f->path, sizeof f->path, "%s/%zu", f->config->jobs, f->number);
    scratch_clean(f->path);
    f->dir = open(f->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (f->dir < 0 && errno == ENOENT && mkdir(f->path, 0700) == 0)
        return make_dir(f);
    if (f->dir >= 0)
        return 0;
    return shortage_passes(errno) ? command_files_hitch(f, strerror(errno))
                                  : OUTCOME_NO_FILE;
}

uint8_t
command_files_give(struct command_files *f, const struct command_job *job,
                   struct shim_run *run, char *err)
{
    int64_t now = clock_us();

    f->job = job;
    if (words_of(f, "put").len == 0 && words_of(f, "ret").len == 0) {
        f->job = NULL;
        return 0;
    }
    f->end_us = run->timeout_us == 0 ||
                run->timeout_us > (uint64_t)(INT64_MAX - now)
                    ? INT64_MAX : now + (int64_t)run->timeout_us;
    uint8_t outcome = f->config->files == NULL
                          ? OUTCOME_NO_FILE
                          : command_files_short(f, make_dir, f, err);
    if (outcome == OUTCOME_NO_FILE && err[0] == '\0')
        text_add(err, KIND_ERROR_MAX, "%s has no place for files",
                 f->config->node);
    if (outcome == 0)
        outcome = each_word(f, "put", give_one, err);
    if (outcome == 0)
        outcome = command_files_ended(f, err);
    run->cwd = span_str(f->path);
    if (f->end_us != INT64_MAX) {
        now = clock_us();
        run->timeout_us = now < f->end_us ? (uint64_t)(f->end_us - now) : 1;
    }
    return outcome;
}

void
command_files_end(struct command_files *f)
{
    if (f->dir >= 0) {
        close(f->dir);
        f->dir = -1;
        scratch_clean(f->path);
        (void)rmdir(f->path);
    }
    f->job = NULL;
}

/* ---- after it ---- */

static uint8_t
return_one(struct command_files *f, const char *word, char *err)
{
    struct command_file file = { .path = word };
    char hash[DIGEST_TEXT];

    if (!command_path_is_right(word))
        return no_sense("ret", err);
    uint8_t outcome = command_files_take(f, &file, hash, err);
    file.hash = hash;
    if (outcome == 0)
        command_file_put(f->words, 0, &file);
    return outcome;
}

uint8_t
command_files_return(struct command_files *f, struct buf *words, char *err)
{
    f->words = words;
    return f->job == NULL ? 0 : each_word(f, "ret", return_one, err);
}

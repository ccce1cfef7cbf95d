/* SPDX-License-Identifier: MPL-2.0 */
/* What tests of the files of a job share: a slot without a program, its files,
 * and a job; each test is the whole program of its process. */
#ifndef LB_COMMAND_FILES_BENCH_H
#define LB_COMMAND_FILES_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/command_files.h"
#include "agent/courier.h"
#include "kinds/command.h"
#include "kinds/command_file.h"
#include "kinds/kind.h"
#include "proto/msg.h"

enum { M = 1024 * 1024, WORKER = 1, RUN = 5, WORKLOAD = 12 };

static const struct rate FULL = { 100, 100 * 1000 };

struct bench {
    char dir[64], jobs[80], own[96];    /* own: of the job */
    struct files *files;
    struct courier *courier;
    struct orders *orders;
    struct command_config config;
    struct command_files *given;
    struct buf params, words;
    struct desc desc;
    struct order *order;
    struct command_job job;
    struct shim_run run;
    char err[KIND_ERROR_MAX];
};

static inline void
lasts(void *arg)
{
    (void)arg;
}

/* What a test does while a job waits: told by the job itself. */
struct meanwhile {
    struct files *files;        /* get room */
    const atomic_uint *puts;    /* once some came; NULL: at once */
    rlim_t nofile;              /* 0, or the limit there was */
};

static inline void
relieve(void *arg)
{
    struct meanwhile *m = arg;
    struct rlimit r;

    if (m->files != NULL && (m->puts == NULL || *m->puts > 0))
        files_set_max(m->files, 8 * M);
    if (m->nofile != 0 && getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = m->nofile;
        (void)setrlimit(RLIMIT_NOFILE, &r);
    }
}

/* No descriptor is to be had: the limit there was. */
static inline rlim_t
use_up_descriptors(void)
{
    struct rlimit r;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
    rlim_t was = r.rlim_cur;
    r.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
    return was;
}

static inline int
set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    char path[96];

    *state = b;
    snprintf(b->dir, sizeof b->dir, "/tmp/lb-given.XXXXXX");
    if (mkdtemp(b->dir) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/files", b->dir);
    snprintf(b->jobs, sizeof b->jobs, "%s/jobs", b->dir);
    snprintf(b->own, sizeof b->own, "%s/%d", b->jobs, WORKER);
    command_files_clean(b->jobs);
    b->files = files_open(path, 8 * M);
    b->courier = courier_new(b->files);
    b->orders = orders_new(WORKER + 1, FULL);
    b->config = (struct command_config){ .node = "south", .files = b->files,
                                         .courier = b->courier,
                                         .jobs = b->jobs };
    b->given = command_files_new(&b->config, b->orders, WORKER);
    b->order = order_new(span_str(""), span_str(""));
    b->order->workload = WORKLOAD;
    b->job = (struct command_job){ .order = b->order, .desc = &b->desc,
                                   .args = span_str(""), .lasts = lasts };
    return b->files != NULL ? 0 : -1;
}

static inline int
tear_down(void **state)
{
    struct bench *b = *state;
    char command[96];

    command_files_free(b->given);
    courier_free(b->courier);
    files_free(b->files);
    orders_free(b->orders);
    free(b->order);
    buf_fini(&b->params);
    buf_fini(&b->words);
    snprintf(command, sizeof command, "rm -rf %s", b->dir);
    free(b);
    return system(command) == 0 ? 0 : -1;
}

/* ---- what a job has ---- */

static inline struct digest
keep(struct bench *b, const char *text)
{
    struct digest d = digest_of(span_str(text));
    struct file_in *in;

    assert_int_equal(files_begin(b->files, &d, strlen(text), true, &in), 0);
    assert_int_equal(file_in_add(in, span_str(text)), 0);
    assert_int_equal(file_in_end(in), 0);
    file_in_free(in);
    return d;
}

/* Begins the parameter; its words follow, and end_param. */
static inline size_t
begin_param(struct bench *b, const char *name)
{
    buf_bytes(&b->params, name, strlen(name));
    buf_u8(&b->params, '=');
    return b->params.len;
}

static inline void
end_param(struct bench *b)
{
    buf_u8(&b->params, '\n');
    b->desc.params = buf_span(&b->params);
}

static inline void
put_word(struct bench *b, size_t start, const struct command_file *f)
{
    command_file_put(&b->params, start, f);
}

static inline void
wants_back(struct bench *b, const char *path)
{
    size_t at = begin_param(b, "ret");

    command_word_put(&b->params, at, path, strlen(path), "{%}");
    end_param(b);
}

static inline void
is_given(struct bench *b, const char *text, const char *path)
{
    struct digest d = digest_of(span_str(text));
    char hash[DIGEST_TEXT];

    digest_print(&d, hash);
    const struct command_file f = { hash, 0640, strlen(text), path };
    put_word(b, begin_param(b, "put"), &f);
    end_param(b);
}

static inline uint8_t
give(struct bench *b)
{
    b->err[0] = '\0';
    return command_files_give(b->given, &b->job, &b->run, b->err);
}

static inline uint8_t
take(struct bench *b)
{
    b->err[0] = '\0';
    return command_files_return(b->given, &b->words, b->err);
}

/* A file of the job, as the program would write it. */
static inline void
writes(const struct bench *b, const char *path, const char *text)
{
    char whole[200];

    snprintf(whole, sizeof whole, "%s/%s", b->own, path);
    int fd = open(whole, O_WRONLY | O_CREAT, 0751);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, 0751), 0);
    close(fd);
}

static inline bool
holds(const struct bench *b, const char *path, const char *text)
{
    char whole[400], is[64] = "";

    snprintf(whole, sizeof whole, "%s/%s", b->own, path);
    int fd = open(whole, O_RDONLY);
    assert_true(fd >= 0);
    assert_true(read(fd, is, sizeof is - 1) >= 0);
    close(fd);
    return strcmp(is, text) == 0;
}

/* Reading what libzmq has received looks like a race at each byte. */
__attribute__((visibility("default"))) const char *
__tsan_default_suppressions(void);
const char *
__tsan_default_suppressions(void)
{
    return "race:libzmq.so\ncalled_from_lib:libzmq.so\n";
}

#define BENCH_TEST(test) \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif

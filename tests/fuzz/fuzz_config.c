/* SPDX-License-Identifier: MPL-2.0 */
/* The input is a node.ini; behind a first line "-D" its second is that
 * option, and the rest the file. What is accepted is dumped, and that is
 * accepted again and says the same. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/config.h"
#include "base/xalloc.h"

static void
need(bool right)
{
    if (!right)
        abort();
}

static struct config_file *
load(const void *text, size_t len, const char *define, struct problems *p)
{
    const char *const defines[] = { define, NULL };
    struct config_source from = { .defines = defines };
    char path[64];
    int fd = memfd_create("fuzz", 0);

    need(fd >= 0 && fchmod(fd, 0600) == 0 &&
         write(fd, text, len) == (ssize_t)len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    from.file = path;
    struct config_file *f = config_load(&from, p);
    close(fd);
    need((f == NULL) == (p->n > 0));
    for (size_t i = 0; i < p->n; i++)
        need(p->v[i][0] != '\0');
    return f;
}

static char *
dump(const struct config_file *f, bool changed, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);

    need(out != NULL);
    config_dump(f, changed, out);
    need(fclose(out) == 0);
    return text;
}

static bool
same_values(const struct config_file *a, const struct config_file *b)
{
    bool same = true;

    for (const struct key *k = config_keys; same && k->section != NULL; k++) {
        char *x = config_text(a, k), *y = config_text(b, k);
        same = strcmp(x, y) == 0;
        free(x);
        free(y);
    }
    return same && config_get(a)->n_kinds == config_get(b)->n_kinds;
}

static void
said(const struct key *k, const char *old, const char *value)
{
    need(k != NULL && strcmp(old, value) != 0);
}

static void
try_accepted(struct config_file *f)
{
    struct problems p = { 0 };
    struct core_config core;
    size_t len;
    char *text = dump(f, true, &len);

    free(text);
    text = dump(f, false, &len);
    struct config_file *again = load(text, len, NULL, &p);
    need(again != NULL && same_values(f, again));
    free(text);
    config_core(config_get(f), &core);
    struct config_file *first = load("", 0, NULL, &p);
    need(first != NULL);
    first = config_renew(first, again, said);
    config_core(config_get(first), &core);
    config_free(first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems p = { 0 };
    const uint8_t *end;
    char *define = NULL;

    if (size > 3 && memcmp(data, "-D\n", 3) == 0 &&
        (end = memchr(data + 3, '\n', size - 3)) != NULL) {
        size_t n = (size_t)(end - data) - 3;
        define = xmalloc(n + 1);
        memcpy(define, data + 3, n);
        define[n] = '\0';
        size -= n + 4;
        data += n + 4;
    }
    struct config_file *f = load(data, size, define, &p);
    if (f != NULL)
        try_accepted(f);
    config_free(f);
    problems_fini(&p);
    free(define);
    return 0;
}

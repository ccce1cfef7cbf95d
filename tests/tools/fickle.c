/* SPDX-License-Identifier: MPL-2.0 */
/*
 * fickle - a co-process as no slot likes it: fickle [plain|json [deaf MS]].
 * The value of a job says what it does:
 *   exit N, signal N   ends without an answer
 *   last TEXT          answers, and ends at once
 *   two                answers with two lines
 *   late               answers, and writes another line 50 ms later; then
 *                      there is a file "late"
 *   long N             answers with N bytes
 *   mute, blind        closes its stdout, its stdin, and goes on
 *   hang               never answers, and is deaf to TERM
 *   spin MS            uses the processor for so long
 *   burn MS            likewise, and ends
 *   say N              writes N lines to stderr, and answers
 *   flood              answers, and writes to stderr for at most FLOOD_S
 *   raw TEXT           answers with these bytes
 *   other              answers to another job
 *   fail TEXT          says that the job has failed (json)
 *   pid                answers with its number, and that of its jobs
 *   TEXT               answers with it
 * Before its first line it sleeps for MS, if it is deaf.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/as_others.h"

enum { LINE = 4 * 1024 * 1024, FLOOD_S = 60, FLOODS = 2 };

static bool json;
static char job[256];

static void
rest(long ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

    (void)nanosleep(&t, NULL);
}

static void
answer(const char *text)
{
    if (json)
        printf("{\"job\":\"%s\",\"ok\":true,\"result\":\"%s\"}\n", job, text);
    else
        printf("%s\n", text);
    fflush(stdout);
}

/* The text behind "KEY":" up to the next quote. */
static void
member(const char *line, const char *key, char *dst, size_t cap)
{
    char head[64];

    snprintf(head, sizeof head, "\"%s\":\"", key);
    const char *at = strstr(line, head);
    if (at == NULL)
        exit(99);
    at += strlen(head);
    size_t n = strcspn(at, "\"");
    if (n >= cap)
        n = cap - 1;
    memcpy(dst, at, n);
    dst[n] = '\0';
}

static void
spin(long ms)
{
    clock_t end = clock() + ms * (CLOCKS_PER_SEC / 1000);

    while (clock() < end)
        ;
}

static void
burn(long ms)
{
    spin(ms);
    _exit(3);
}

static void
hang(void)
{
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}

static void
say(long n)
{
    for (long i = 0; i < n; i++)
        fprintf(stderr, "line %ld\n", i);
    answer("said");
}

static void
long_line(size_t n)
{
    char *text = malloc(n + 1);

    if (text == NULL)
        exit(98);
    memset(text, 'x', n);
    text[n] = '\0';
    answer(text);
    free(text);
}

static void
flood(void)
{
    static char lines[65536];

    memset(lines, '\n', sizeof lines);
    answer("floods");
    for (int i = 0; i < FLOODS; i++) {
        if (fork() != 0)
            continue;
        alarm(FLOOD_S);
        while (write(2, lines, sizeof lines) > 0)
            ;
        _exit(0);
    }
}

/* False: it is none of these. */
static bool
misbehave(const char *word, const char *rest_of, long n)
{
    if (strcmp(word, "exit") == 0)
        _exit((int)n);
    else if (strcmp(word, "burn") == 0)
        burn(n);
    else if (strcmp(word, "signal") == 0)
        raise((int)n);
    else if (strcmp(word, "hang") == 0)
        hang();
    else if (strcmp(word, "mute") == 0)
        close(1);
    else if (strcmp(word, "blind") == 0)
        close(0);
    else if (strcmp(word, "raw") == 0)
        printf("%s\n", rest_of);
    else if (strcmp(word, "two") == 0)
        printf("%s\n%s\n", "one", "two");
    else if (strcmp(word, "other") == 0)
        printf("{\"job\":\"none-1.0\",\"ok\":true}\n");
    else if (strcmp(word, "fail") == 0)
        printf("{\"job\":\"%s\",\"ok\":false,\"error\":\"%s\"}\n", job,
               rest_of);
    else
        return false;
    fflush(stdout);
    if (strcmp(word, "mute") == 0 || strcmp(word, "blind") == 0)
        hang();
    return true;
}

static void
obey(const char *value)
{
    static unsigned jobs;
    char word[32] = "", number[64];
    const char *more = strchr(value, ' ');
    size_t n = more != NULL ? (size_t)(more - value) : strlen(value);

    jobs++;
    if (n < sizeof word)
        memcpy(word, value, n);
    more = more != NULL ? more + 1 : "";
    if (misbehave(word, more, atol(more)))
        return;
    if (strcmp(word, "long") == 0) {
        long_line((size_t)atol(more));
    } else if (strcmp(word, "say") == 0) {
        say(atol(more));
    } else if (strcmp(word, "flood") == 0) {
        flood();
    } else if (strcmp(word, "spin") == 0) {
        spin(atol(more));
        answer("spun");
    } else if (strcmp(word, "late") == 0) {
        answer("in time");
        rest(50);
        answer("late");
        FILE *f = fopen("late", "we");
        if (f != NULL)
            fclose(f);
    } else if (strcmp(word, "last") == 0) {
        answer(more);
        exit(0);
    } else if (strcmp(word, "pid") == 0) {
        snprintf(number, sizeof number, "%s %u", getenv("LB_SLOT"), jobs);
        answer(number);
    } else {
        answer(value);
    }
}

int
main(int argc, char **argv)
{
    char *line = malloc(LINE), value[4096];

    if (line == NULL)
        return 2;
    json = argc > 1 && strcmp(argv[1], "json") == 0;
    if (argc > 3)
        rest(atol(argv[3]));
    while (fgets(line, LINE, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (!json) {
            obey(line);
            continue;
        }
        member(line, "job", job, sizeof job);
        member(line, "value", value, sizeof value);
        obey(value);
    }
    free(line);
    return 0;
}

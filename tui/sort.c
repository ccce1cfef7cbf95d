/* SPDX-License-Identifier: MPL-2.0 */
/* The order of nodes by a column. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/column.h"

enum { SORT_ERROR_MAX = 128 };

static void
refuse(const char *name, size_t len, char *err)
{
    static const char more[] = " ...";

    text_add(err, SORT_ERROR_MAX, "no column \"%.*s\"; columns:",
             len < 24 ? (int)len : 24, name);
    for (int i = 0; i < COLUMNS_; i++) {
        size_t room = SORT_ERROR_MAX - 1 - strlen(err);
        if (strlen(column_table[i].name) + sizeof more > room) {
            text_add(err, SORT_ERROR_MAX, "%s", more);
            return;
        }
        text_add(err, SORT_ERROR_MAX, " %s", column_table[i].name);
    }
}

/* The next word; *len 0: there is none. */
static const char *
word(const char *s, size_t *len)
{
    s += strspn(s, " ");
    *len = strcspn(s, " ");
    return s;
}

int
sort_parse(const char *text, struct sort *out, char *err)
{
    size_t len, way_len, rest;
    const char *name = word(text, &len), *way, *end;
    char column[32] = "";
    bool down = len > 1 && name[0] == '-';

    err[0] = '\0';
    name += down;
    len -= down;
    text_add(column, sizeof column, "%.*s", len < 32 ? (int)len : 31, name);
    enum column by = column_find(column);
    if (by == COLUMNS_) {
        refuse(name, len, err);
        return -EINVAL;
    }
    way = word(name + len, &way_len);
    end = word(way + way_len, &rest);
    if (rest == 0 && span_is(span_of(way, way_len), "desc")) {
        down = true;
    } else if (rest == 0 && span_is(span_of(way, way_len), "asc")) {
        down = false;
    } else if (way_len > 0) {
        const char *bad = rest > 0 && way_len <= 4 ? end : way;
        text_add(err, SORT_ERROR_MAX, "\"%.60s\" is neither asc nor desc",
                 bad);
        return -EINVAL;
    }
    *out = (struct sort){ by, down };
    return 0;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Runs of digits by their value, the rest by bytes: node2 before node10. */
static int
natural(const char *a, const char *b)
{
    const char *x = a, *y = b;

    while (*x != '\0' && *y != '\0') {
        if (!is_digit(*x) || !is_digit(*y)) {
            if (*x != *y)
                break;
            x++;
            y++;
            continue;
        }
        x += strspn(x, "0");
        y += strspn(y, "0");
        size_t n = strspn(x, "0123456789"), k = strspn(y, "0123456789");
        int by = n != k ? (n > k) - (n < k) : memcmp(x, y, n);
        if (by != 0)
            return by;
        x += n;
        y += n;
    }
    int by = ((unsigned char)*x > (unsigned char)*y) -
             ((unsigned char)*x < (unsigned char)*y);
    return by != 0 ? by : strcmp(a, b);
}

static int
by_name(const struct node *a, const struct node *b)
{
    int by = natural(a->name, b->name);

    return by != 0 ? by : node_id_compare(&a->id, &b->id);
}

/* A node with what it is sorted by, `sign` -1 for descending. */
struct key {
    struct node *node;
    const char *word;       /* NULL: by number */
    double number;
    int sign;
};

static struct key
key_of(const struct model *m, const struct sort *s, const struct node *n)
{
    struct key k = { .word = column_word(n, s->by), .number = 0,
                     .sign = s->down ? -1 : 1 };

    if (k.word == NULL)
        k.number = column_number(m, n, s->by);
    else if (k.word[0] == '\0')
        k.number = (double)NAN;
    return k;
}

static int
compare(const struct key *a, const struct key *b)
{
    bool none = isnan(a->number), other = isnan(b->number);

    if (none || other)
        return none - other;
    if (a->word != NULL)
        return a->sign * natural(a->word, b->word);
    return a->sign * ((a->number > b->number) - (a->number < b->number));
}

int
sort_compare(const struct model *m, const struct sort *s, const struct node *a,
             const struct node *b)
{
    struct key x = key_of(m, s, a), y = key_of(m, s, b);
    int by = compare(&x, &y);

    return by != 0 ? by : by_name(a, b);
}

static int
compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int by = compare(x, y);

    return by != 0 ? by : by_name(x->node, y->node);
}

void
sort_nodes(const struct model *m, const struct sort *s, struct node **v,
           size_t n)
{
    struct key *keys = xcalloc(n + 1, sizeof *keys);

    for (size_t i = 0; i < n; i++) {
        keys[i] = key_of(m, s, v[i]);
        keys[i].node = v[i];
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t i = 0; i < n; i++)
        v[i] = keys[i].node;
    free(keys);
}

/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/own.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "kinds/builtin.h"
#include "kinds/combine.h"
#include "kinds/param.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
static const char rest_of_name[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
static const char any_count[] = "0..9223372036854775807";
static const char any_int[] = "-9223372036854775808..9223372036854775807";

/* One side of a product: a parameter, or a number. */
struct factor {
    const struct param *param;  /* NULL: the number */
    double number;
};

struct own {
    struct kind kind;           /* first: it finds the rest */
    char name[OWN_NAME_MAX + 1];
    char *cost, *texts[OWN_PARAMS_MAX];     /* what `params` points into */
    struct param params[OWN_PARAMS_MAX + 1];
    size_t n_params;
    struct factor factor[2];
    size_t n_factors;
    struct buf text;
};

const struct kind *
own_kind(const struct own *o)
{
    return &o->kind;
}

struct span
own_text(const struct own *o)
{
    return buf_span(&o->text);
}

bool
own_name_is_valid(const char *name)
{
    size_t n = strlen(name);

    return n >= 1 && n <= OWN_NAME_MAX && strchr(letters, name[0]) != NULL &&
           strspn(name, rest_of_name) == n;
}

/* ---- jobs ---- */

static const struct own *
own_of(const struct kind *self)
{
    return (const struct own *)(const void *)self;
}

static int
value_of(const struct kind *k, const struct factor *f, struct span given,
         double *out, char *err)
{
    int64_t whole;

    *out = f->number;
    if (f->param == NULL)
        return 0;
    if (f->param->type == PARAM_REAL)
        return param_real(k, given, f->param->name, out, err);
    int rc = param_read(k, given, span_of(NULL, 0), f->param->name, &whole,
                        err);
    *out = (double)whole;
    return rc;
}

static int
parse(const struct kind *self, struct span given, struct buf *out,
      uint64_t *cost, char *err)
{
    const struct own *o = own_of(self);
    const double least = 1, most = 1e13;    /* in millionths it fits 64 bits */
    double units = 1, v;
    int rc = param_canonical(self, given, NULL, out, err);

    for (size_t i = 0; i < o->n_factors && rc == 0; i++) {
        rc = value_of(self, &o->factor[i], given, &v, err);
        units *= v;
    }
    units = units > least ? units : least;
    *cost = units < most ? (uint64_t)(units * 1e6 + 0.5) : cost_of(UINT64_MAX);
    return rc;
}

/* ---- descriptions ---- */

static bool
range_is_whole(const char *range, bool negative)
{
    char first[32];
    const char *dots = strstr(range, "..");
    int64_t a, b, least = negative ? INT64_MIN : 0;

    if (dots == NULL || (size_t)(dots - range) >= sizeof first)
        return false;
    span_copy(span_of(range, (size_t)(dots - range)), first, sizeof first);
    return text_i64(first, least, INT64_MAX, &a) == 0 &&
           text_i64(dots + 2, least, INT64_MAX, &b) == 0 && a <= b;
}

static bool
range_is_real(const char *range)
{
    const char *dots = strstr(range, "..");
    char first[64], *end;

    if (dots == NULL || dots == range || dots[2] == '\0' ||
        (size_t)(dots - range) >= sizeof first)
        return false;
    span_copy(span_of(range, (size_t)(dots - range)), first, sizeof first);
    double a = strtod(first, &end);
    bool whole = *end == '\0';
    double b = strtod(dots + 2, &end);
    return whole && *end == '\0' && isfinite(a) && isfinite(b) && a <= b;
}

/* Type and range, as words, to those of a parameter. False: makes no sense. */
static bool
set_type(struct param *p, const char *type, const char *range)
{
    bool given = range != NULL && range[0] != '\0';

    p->range = given ? range : NULL;
    if (strcmp(type, "count") == 0 || strcmp(type, "int") == 0) {
        p->type = type[0] == 'c' ? PARAM_COUNT : PARAM_INT;
        if (!given)
            p->range = p->type == PARAM_COUNT ? any_count : any_int;
        return !given || range_is_whole(range, p->type == PARAM_INT);
    }
    if (strcmp(type, "real") == 0) {
        p->type = PARAM_REAL;
        return !given || range_is_real(range);
    }
    if (strcmp(type, "string") == 0) {
        p->type = given ? PARAM_WORD : PARAM_STRING;
        return !given || (strstr(range, "||") == NULL && range[0] != '|' &&
                          range[strlen(range) - 1] != '|');
    }
    p->type = PARAM_PATH;
    return !given;
}

static bool
is_type(const char *word)
{
    static const char *const types[] = { "count", "int", "real", "string",
                                         "path" };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(word, types[i]) == 0)
            return true;
    return false;
}

/* "jobs" says how many there are, "data" ends parameters: neither is free. */
static bool
name_is_free(const struct own *o, const char *name)
{
    if (strcmp(name, "jobs") == 0 || strcmp(name, "data") == 0)
        return false;
    return param_find(&o->kind, span_str(name)) == NULL;
}

static int
add_param(struct own *o, struct span text, char *err)
{
    char *name = xmalloc(text.len + 1), *field[3] = { NULL, NULL, NULL };
    struct param *p = &o->params[o->n_params];

    if (o->n_params == OWN_PARAMS_MAX) {
        free(name);
        return param_error(err, -EINVAL, "more than %d parameters",
                           (int)OWN_PARAMS_MAX);
    }
    span_copy(text, name, text.len + 1);
    o->texts[o->n_params] = name;
    for (char *at = name, **f = field; f < field + 3; f++) {
        at = strchr(at, ':');
        if (at == NULL)
            break;
        *at++ = '\0';
        *f = at;
    }
    if (!own_name_is_valid(name))
        return param_error(err, -EINVAL, "\"%.60s\" is no name of a "
                           "parameter ([a-z][a-z0-9_]{0,30})", name);
    if (!name_is_free(o, name))
        return param_error(err, -EINVAL, "%s: this name is taken", name);
    if (field[0] == NULL || !is_type(field[0]))
        return param_error(err, -EINVAL, "%s: write %s:TYPE[:RANGE[:DEFAULT]]"
                           ", TYPE one of count int real string path", name,
                           name);
    if (!set_type(p, field[0], field[1]))
        return param_error(err, -EINVAL, "%s: \"%.60s\" is no range of %s",
                           name, field[1], field[0]);
    p->name = name;
    p->value = field[2];
    o->n_params++;
    return 0;
}

static int
set_factor(struct own *o, const char *word, char *err)
{
    struct factor *f = &o->factor[o->n_factors];
    char *end;

    f->param = param_find(&o->kind, span_str(word));
    f->number = strtod(word, &end);
    bool number = f->param == NULL && end != word && *end == '\0' &&
                  isfinite(f->number) && f->number > 0;
    if (f->param == NULL && !number)
        return param_error(err, -EINVAL, "\"%.60s\" is neither a parameter "
                           "nor a number above 0", word);
    if (f->param != NULL && f->param->type != PARAM_COUNT &&
        f->param->type != PARAM_INT && f->param->type != PARAM_REAL)
        return param_error(err, -EINVAL, "%s is no number", word);
    o->n_factors++;
    return 0;
}

/* "n", "2.5", "n * m" */
static int
set_cost(struct own *o, char *err)
{
    char copy[128] = "", *save = NULL;
    size_t len = strlen(o->cost);
    int rc = 0;

    if (len >= sizeof copy || len == 0 || o->cost[0] == '*' ||
        o->cost[len - 1] == '*' || strstr(o->cost, "**") != NULL)
        return param_error(err, -EINVAL, "write a number, a parameter, or a "
                           "product A*B of those");
    text_add(copy, sizeof copy, "%s", o->cost);
    for (char *w = strtok_r(copy, "* \t", &save); w != NULL && rc == 0;
         w = strtok_r(NULL, "* \t", &save)) {
        if (o->n_factors == 2)
            return param_error(err, -EINVAL, "a product has two factors");
        rc = set_factor(o, w, err);
    }
    if (rc == 0 && (o->n_factors == 2) != (strchr(o->cost, '*') != NULL))
        rc = param_error(err, -EINVAL, "write a product as A*B");
    return rc;
}

static int
set_rule(struct own *o, struct span value, char *err)
{
    const struct combine_rule *r = combine_find(value);

    if (r == NULL)
        return param_error(err, -EINVAL, "\"%.*s\" is not one of none sum "
                           "concat count",
                           (int)(value.len < 60 ? value.len : 60),
                           (const char *)value.p);
    o->kind.combine_help = r->name;
    o->kind.state_size = r->state_size;
    o->kind.combine = r->combine;
    o->kind.value = r->value;
    return 0;
}

static int
set_name(struct own *o, struct span value, char *err)
{
    if (value.len <= OWN_NAME_MAX)
        span_copy(value, o->name, sizeof o->name);
    if (!own_name_is_valid(o->name) || strlen(o->name) != value.len)
        return param_error(err, -EINVAL, "\"%.*s\" is no name of a kind "
                           "([a-z][a-z0-9_]{0,30})",
                           (int)(value.len < 60 ? value.len : 60),
                           (const char *)value.p);
    if (kind_find(o->name) != NULL)
        return param_error(err, -EINVAL, "\"%s\" is a built-in kind",
                           o->name);
    return 0;
}

static int
take(struct own *o, struct span is, struct span value, char *err)
{
    if (value.p == NULL)
        return param_error(err, -EINVAL, "a line without =");
    if (span_is(is, "name"))
        return set_name(o, value, err);
    if (span_is(is, "param"))
        return add_param(o, value, err);
    if (span_is(is, "combine"))
        return set_rule(o, value, err);
    if (span_is(is, "cost")) {
        free(o->cost);
        o->cost = xmalloc(value.len + 1);
        span_copy(value, o->cost, value.len + 1);
        return 0;   /* when all parameters are known */
    }
    if (span_is(is, "idempotent")) {
        o->kind.idempotent = span_is(value, "yes");
        return o->kind.idempotent || span_is(value, "no")
                   ? 0 : param_error(err, -EINVAL, "is not yes or no");
    }
    return 0;       /* of a later version */
}

/* A default must be a value that one might give. */
static int
check_defaults(const struct own *o, char *err)
{
    struct buf given = { 0 }, out = { 0 };
    int rc = 0;

    for (size_t i = 0; i < o->n_params && rc == 0; i++) {
        const struct param *p = &o->params[i];
        struct kind one = o->kind;
        const struct param alone[] = { *p, { .name = NULL } };
        one.params = alone;
        buf_reset(&given);
        buf_reset(&out);
        if (p->value == NULL)
            continue;
        param_put(&given, p->name, span_str(p->value));
        rc = param_canonical(&one, buf_span(&given), NULL, &out, err);
    }
    buf_fini(&given);
    buf_fini(&out);
    return rc;
}

static void
put_text(struct own *o)
{
    static const char *const types[] = { "count", "int", "string", "path", "",
                                         "real", "string" };

    param_put(&o->text, "name", span_str(o->name));
    for (size_t i = 0; i < o->n_params; i++) {
        const struct param *p = &o->params[i];
        struct buf b = { 0 };
        buf_bytes(&b, p->name, strlen(p->name));
        buf_u8(&b, ':');
        buf_bytes(&b, types[p->type - 1], strlen(types[p->type - 1]));
        if (p->range != NULL || p->value != NULL)
            buf_u8(&b, ':');
        if (p->range != NULL && p->range != any_count && p->range != any_int)
            buf_bytes(&b, p->range, strlen(p->range));
        if (p->value != NULL) {
            buf_u8(&b, ':');
            buf_bytes(&b, p->value, strlen(p->value));
        }
        param_put(&o->text, "param", buf_span(&b));
        buf_fini(&b);
    }
    param_put(&o->text, "cost", span_str(o->cost));
    param_put(&o->text, "combine", span_str(o->kind.combine_help));
    param_put(&o->text, "idempotent",
              span_str(o->kind.idempotent ? "yes" : "no"));
}

/* What is left once all lines have been read. */
static int
settle(struct own *o, const char **key, char *err)
{
    *key = "name";
    if (o->name[0] == '\0')
        return param_error(err, -EINVAL, "a kind without a name");
    *key = "params";
    if (o->n_params == 0 && add_param(o, span_str("value:string"), err) != 0)
        return -EINVAL;
    if (check_defaults(o, err) != 0)
        return -EINVAL;
    *key = "cost";
    if (o->cost == NULL)
        o->cost = xstrdup("1");
    if (set_cost(o, err) != 0)
        return -EINVAL;
    o->kind.cost_help = o->cost;
    put_text(o);
    return 0;
}

struct own *
own_new(struct span text, const char **key, char *err)
{
    static const char *const keys[] = { "name", "params", "cost", "combine",
                                        "idempotent" };
    struct own *o = xcalloc(1, sizeof *o);
    struct span is, value;
    int rc = 0;

    o->kind = (struct kind){ .name = o->name, .help = "own kind",
                             .params = o->params, .parse = parse,
                             .run = run_by_program };
    (void)set_rule(o, span_str("none"), err);
    *key = "";
    err[0] = '\0';
    if (text.len > OWN_TEXT_MAX)
        rc = param_error(err, -EINVAL, "longer than %d bytes",
                         (int)OWN_TEXT_MAX);
    while (rc == 0 && param_next(&text, &is, &value)) {
        rc = take(o, is, value, err);
        for (size_t i = 0; i < 5 && rc != 0; i++)
            if (is.len > 0 && strncmp(keys[i], (const char *)is.p, is.len) == 0)
                *key = keys[i];
    }
    if (rc == 0)
        rc = settle(o, key, err);
    if (rc == 0)
        return o;
    own_free(o);
    return NULL;
}

void
own_free(struct own *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; i < OWN_PARAMS_MAX; i++)
        free(o->texts[i]);
    free(o->cost);
    buf_fini(&o->text);
    free(o);
}

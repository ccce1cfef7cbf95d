/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/config_parts.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 199 };

char *
config_text(const struct config_file *f, const struct key *k)
{
    const struct list *l = &config_value(f, k)->items;
    struct buf b = { 0 };

    for (size_t i = 0; i < l->n; i++) {
        if (i > 0)
            buf_u8(&b, ' ');
        buf_bytes(&b, l->v[i], strlen(l->v[i]));
    }
    buf_u8(&b, '\0');
    return (char *)b.p;
}

void
value_print(const struct key *k, const struct value *v, FILE *out)
{
    const struct list *l = &v->items;
    const char *where = v->where[0] != '\0' ? v->where : "default";
    bool list = key_is_list(k);
    size_t len = strlen(k->name) + strlen(where) + 8;

    if (!list && l->n > 0)
        len += strlen(l->v[0]);
    if (len > LINE_MAX_BYTES)
        fprintf(out, "; %.180s\n", where);
    fprintf(out, "%s =", k->name);
    if (!list && l->n > 0 && l->v[0][0] != '\0')
        fprintf(out, " %s", l->v[0]);
    if (len <= LINE_MAX_BYTES)
        fprintf(out, " ; %s", where);
    fputc('\n', out);
    for (size_t i = 0; list && i < l->n; i++)
        fprintf(out, "    %s\n", l->v[i]);
}

void
config_dump(const struct config_file *f, bool changed, FILE *out)
{
    const char *section = "";

    for (const struct key *k = config_keys; k->section != NULL; k++) {
        if (changed && f->value[k - config_keys].where[0] == '\0')
            continue;
        if (strcmp(section, k->section) != 0)
            fprintf(out, "%s[%s]\n", *section != '\0' ? "\n" : "",
                    k->section);
        section = k->section;
        value_print(k, config_value(f, k), out);
    }
    kinds_dump(f, changed, out);
}

static void
print_packaged(const struct key *k, FILE *out)
{
    const char *shown = k->value != NULL ? k->value
                        : strcmp(k->name, "state_dir") == 0
                            ? "/var/lib/lbagent"
                        : strcmp(k->name, "run_dir") == 0 ? "/run/lbagent"
                                                          : "";

    fprintf(out, "# %s", k->help);
    if (k->range != NULL)
        fprintf(out, "\n# (%s%s)", k->range, k->live ? "" : "; at restart");
    else if (!k->live)
        fprintf(out, " (at restart)");
    fprintf(out, "\n;%s =%s%s\n", k->name, *shown != '\0' ? " " : "", shown);
}

void
config_packaged(FILE *out)
{
    const char *section = "";

    fputs("# node.ini - configuration of lbagent; see lbagent.ini(5).\n"
          "#\n"
          "# Every key stands here with its default. \"lbagent --check\" says"
          " what is wrong,\n"
          "# \"lbagent --dump-config\" what is in force. Own changes are best"
          " kept in a file\n"
          "# of their own, node.ini.d/10-local.ini.\n", out);
    for (const struct key *k = config_keys; k->section != NULL; k++) {
        if (strcmp(section, k->section) != 0)
            fprintf(out, "\n[%s]\n", k->section);
        section = k->section;
        print_packaged(k, out);
    }
    fputs("\n# Kinds of one's own: a section each, NAME as \"lbctl run NAME\" "
          "says it.\n;[kind.NAME]\n", out);
    for (const struct key *k = config_kind_keys; k->section != NULL; k++)
        print_packaged(k, out);
}

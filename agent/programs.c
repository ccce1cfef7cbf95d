/* SPDX-License-Identifier: MPL-2.0 */
#include "agent/programs.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "kinds/command.h"
#include "kinds/kind.h"

/* Whose commands this node runs, as configured and as it stands: never as
 * root unless told so, by itself only for its own user. */
static enum commands
commands_of(const struct config *c)
{
    bool root = geteuid() == 0, open = false;

    for (size_t i = 0; i < c->address.n; i++)
        open |= !address_is_loopback(c->address.v[i]);
    if (root && c->commands != COMMANDS_ROOT)
        return COMMANDS_NO;
    if (c->commands == COMMANDS_AUTO)
        return open ? COMMANDS_NO : COMMANDS_AUTO;
    return (enum commands)c->commands;
}

/* Own kinds are this configuration's own programs; but as root nothing runs
 * unless told so. */
static bool
own_kinds_run(const struct config *c)
{
    return c->n_kinds > 0 &&
           (geteuid() != 0 || c->commands == COMMANDS_ROOT);
}

static void
list_own_kinds(struct programs *p, const struct config *c)
{
    p->coprocess = (struct coprocess_config){
        .command = &p->command, .kind = p->kind, .n_slots = c->workers };
    for (size_t i = 0; i < c->n_kinds && own_kinds_run(c); i++) {
        struct span text = own_text(c->kind[i]->own);
        p->kind[i] = c->kind[i];
        p->program[i] = c->kind[i]->command.v[0];
        buf_bytes(&p->own_text, text.p, text.len);
    }
    buf_u8(&p->own_text, '\0');
    if (own_kinds_run(c))
        p->coprocess.n_kinds = c->n_kinds;
    else if (c->n_kinds > 0)
        log_event(LOG_WARN, "kinds", "own=no why=\"as root only with "
                  "jobs.commands = root\"");
}

const char *
programs_unused(const struct config *c)
{
    if (c->commands == COMMANDS_YES && commands_of(c) == COMMANDS_NO)
        return "[jobs] commands = yes runs none as root; only root does";
    if (c->n_kinds > 0 && !own_kinds_run(c))
        return "kinds of one's own do not run as root; only with [jobs] "
               "commands = root";
    return NULL;
}

const char *
programs_open(struct programs *p, const struct config *c, const char *node)
{
    const struct spawner_config s = {
        .scratch = p->scratch, .nice = (int)c->nice, .cgroup = &p->cgroup,
        .allow = (const char *const *)c->allow.v, .kinds = p->program };

    text_add(p->scratch, sizeof p->scratch, "%s/scratch", c->state_dir);
    text_add(p->jobs, sizeof p->jobs, "%s/jobs", c->state_dir);
    p->command = (struct command_config){
        .node = node, .scratch = p->scratch, .jobs = p->jobs,
        .keep = (const char *const *)c->env_keep.v,
        .kill_after_us = c->kill_after_us, .output_max = c->max_output };
    list_own_kinds(p, c);
    if (c->commands == COMMANDS_YES && commands_of(c) == COMMANDS_NO)
        log_event(LOG_WARN, "commands", "of=none why=\"lbagent runs as root, "
                  "where only jobs.commands = root runs them\"");
    if (commands_of(c) == COMMANDS_NO && p->coprocess.n_kinds == 0)
        return NULL;
    p->is_config = c->method != METHOD_SIGNAL && !cgroup_open(&p->cgroup) &&
                   c->method == METHOD_CGROUP;
    if (p->is_config)
        return "[throttle] method: lbagent may write no cgroup quota here; "
               "use auto";
    p->spawner = p->coprocess.spawner = spawner_fork(&s);
    if (commands_of(c) != COMMANDS_NO)
        p->command.spawner = p->spawner;
    return p->spawner != NULL ? NULL : strerror(errno);
}

void
programs_close(struct programs *p)
{
    spawner_free(p->spawner);
    cgroup_close(&p->cgroup);
    buf_fini(&p->own_text);
}

/* Those of peers run here too, and those of this home alone. */
void
programs_name_kinds(struct programs *p, const struct config *c,
                    struct core_config *out)
{
    enum commands commands = commands_of(c);

    out->kinds[0] = out->own_kinds[0] = '\0';
    for (const char *const *k = kind_names(); *k != NULL; k++)
        if (strcmp(*k, kind_command.name) != 0 || commands >= COMMANDS_YES)
            text_add(out->kinds, sizeof out->kinds, "%s%s",
                     out->kinds[0] != '\0' ? " " : "", *k);
    for (size_t i = 0; i < p->coprocess.n_kinds; i++)
        text_add(out->kinds, sizeof out->kinds, " %s", p->kind[i]->name);
    p->own_only = commands == COMMANDS_AUTO;
    if (p->own_only)
        text_add(out->own_kinds, sizeof out->own_kinds, "%s",
                 kind_command.name);
    out->own_text = (const char *)p->own_text.p;
}

void
programs_tell(const struct programs *p)
{
    static const char *const methods[] = { "signal", "cgroup-v1", "cgroup-v2" };
    enum spawner_hold hold;
    int pidfd;

    if (p->spawner == NULL)
        return;
    int fd = spawner_shim(p->spawner, 0, &pidfd, &hold);
    if (fd < 0) {
        log_event(LOG_ERROR, "commands", "error=\"%s\" next=\"each fails\"",
                  strerror(-fd));
        return;
    }
    close(fd);
    close(pidfd);
    log_event(hold == HOLD_NAMESPACE ? LOG_INFO : LOG_WARN, "commands",
              "of=%s hold=%s throttle=%s",
              p->command.spawner == NULL ? "kinds"
              : p->own_only              ? "own"
                                         : "all",
              spawner_hold_names[hold - 1], methods[p->cgroup.version]);
}

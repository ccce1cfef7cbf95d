/* SPDX-License-Identifier: MPL-2.0 */
/* completion bash: a function for bash, from the tables of commands and
 * options. Where it names nothing, bash completes files. */
#include "ctl/cmd.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
    "# lbctl " PACKAGE_VERSION ": eval \"$(lbctl completion bash)\"\n"
    "_lbctl() {\n"
    "    local i word command='' own='' valued='' names=''\n";

/* For bash "--color=always" is three words, unless it is told otherwise. */
static const char middle[] =
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        case $word in\n"
    "        --) return 0 ;;\n"
    "        -*)\n"
    "            if [[ ${COMP_WORDS[i + 1]} == = ]]; then\n"
    "                i=$((i + 2))\n"
    "            elif [[ \" $globals_valued $valued \" == \\\n"
    "                *\" $word \"* ]]; then\n"
    "                i=$((i + 1))\n"
    "            fi\n"
    "            [ \"$i\" -lt \"$COMP_CWORD\" ] || return 0\n"
    "            continue\n"
    "            ;;\n"
    "        esac\n"
    "        [ -z \"$command\" ] || continue\n"
    "        command=$word\n"
    "        case $command in\n";

static const char foot[] =
    "        esac\n"
    "    done\n"
    "    case ${COMP_WORDS[COMP_CWORD]} in\n"
    "    -*) names=\"$globals $own\" ;;\n"
    "    *) [[ -n $command && $command != help ]] || names=$commands ;;\n"
    "    esac\n"
    "    [ -z \"$names\" ] || mapfile -t COMPREPLY < <(\n"
    "        compgen -W \"$names\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
    "}\n"
    "complete -o default -F _lbctl lbctl\n";

/* NAME='--a --b ...': all of them, or those that need a value, with their
 * letters. */
static void
print_options(const char *name, const struct option_row *o, bool valued)
{
    const char *gap = "";

    printf("%s='", name);
    for (; o != NULL && o->name != NULL; o++) {
        if (valued && o->value != VALUE_YES)
            continue;
        printf("%s--%s", gap, o->name);
        if (valued && o->id < 256)
            printf(" -%c", o->id);
        gap = " ";
    }
    putchar('\'');
}

static void
print_bash(void)
{
    fputs(head, stdout);
    printf("    local commands='");
    for (const struct command *m = commands; m->name != NULL; m++)
        printf("%s%s", m == commands ? "" : " ", m->name);
    printf("'\n    local ");
    print_options("globals", global_options, false);
    printf("\n    local ");
    print_options("globals_valued", global_options, true);
    printf("\n%s", middle);
    for (const struct command *m = commands; m->name != NULL; m++) {
        if (m->options == NULL)
            continue;
        printf("        %s)\n            ", m->name);
        print_options("own", m->options, false);
        printf("\n            ");
        print_options("valued", m->options, true);
        printf("\n            ;;\n");
    }
    fputs(foot, stdout);
}

int
completion_main(struct ctl *c, struct args *a)
{
    if (args_next(c, a) != 0 || args_words(c, a, 1, 1) != 0)
        return c->status;
    if (strcmp(a->word[0], "bash") != 0)
        return ctl_fail(c, EXIT_USAGE, "completion: \"%s\" is not one of bash",
                        a->word[0]);
    print_bash();
    return c->status;
}

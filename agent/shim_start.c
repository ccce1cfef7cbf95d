/* SPDX-License-Identifier: MPL-2.0 */
/* How a shim starts a program: it is found and judged first; then a child that
 * shares the shim's memory until it has become the program (as posix_spawn
 * does, which cannot set a limit or tell at which step it failed). */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/shim_parts.h"
#include "base/text.h"
#include "base/xalloc.h"

enum { CHILD_STACK = 64 * 1024 };

enum step { STEP_DIR = 1, STEP_LIMIT, STEP_EXEC };

/* What the child is given, and where it says how it failed. */
struct child {
    const struct start *s;
    const char *cwd, *path;
    char **argv, **envp;
    sigset_t none;
    volatile int step, error;
};

/* ---- the child: only calls that signal-safety(7) lists ---- */

/* The status that it ends with: to return is to end, and leaves its stack as a
 * call of _exit would not, for a sanitizer. */
static int
give_up(struct child *c, enum step step)
{
    c->error = errno;
    c->step = (int)step;
    return 127;
}

static int
become(void *arg)
{
    struct child *c = arg;
    const struct start *s = c->s;
    const struct sigaction plain = { .sa_handler = SIG_DFL };

    (void)sigaction(SIGCHLD, &plain, NULL);
    (void)sigaction(SIGPIPE, &plain, NULL);
    (void)setsid();
    if (dup2(s->in, 0) < 0 || dup2(s->out, 1) < 0 || dup2(s->err, 2) < 0)
        return give_up(c, STEP_LIMIT);
    if (s->run->cpu_ms > 0) {
        rlim_t seconds = (rlim_t)(s->run->cpu_ms + 999) / 1000;
        struct rlimit cpu;
        (void)getrlimit(RLIMIT_CPU, &cpu);
        if (seconds < cpu.rlim_max)
            cpu.rlim_max = seconds + 1;
        cpu.rlim_cur = seconds < cpu.rlim_max ? seconds : cpu.rlim_max;
        if (setrlimit(RLIMIT_CPU, &cpu) != 0)
            return give_up(c, STEP_LIMIT);
    }
    if (c->cwd != NULL && chdir(c->cwd) != 0)
        return give_up(c, STEP_DIR);
    (void)sigprocmask(SIG_SETMASK, &c->none, NULL);
    execve(c->path, c->argv, c->envp);
    return give_up(c, STEP_EXEC);
}

/* ---- which program ---- */

static const char *
variable(char *const *envp, const char *name)
{
    size_t n = strlen(name);

    for (; *envp != NULL; envp++)
        if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
            return *envp + n + 1;
    return NULL;
}

/* A file that may be executed: 0, or -EACCES, -ENOENT. */
static int
judge(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == EACCES ? -EACCES : -ENOENT;
    return S_ISREG(st.st_mode) && access(path, X_OK) == 0 ? 0 : -EACCES;
}

/* Looks `name` up as a shell does, in absolute directories. 0, -ENOENT, -EACCES
 * (found, but it may not be executed), -ENAMETOOLONG. */
static int
find(const char *name, const char *dirs, char path[PATH_MAX])
{
    int worst = -ENOENT;

    for (const char *d = dirs; d != NULL;) {
        const char *end = strchr(d, ':');
        size_t n = end != NULL ? (size_t)(end - d) : strlen(d);
        int wrote = snprintf(path, PATH_MAX, "%.*s/%s", (int)n, d, name);
        int rc = d[0] != '/'         ? -ENOENT
                 : wrote >= PATH_MAX ? -ENAMETOOLONG
                                     : judge(path);
        if (rc == 0)
            return 0;
        if (rc != -ENOENT)
            worst = rc;
        d = end != NULL ? end + 1 : NULL;
    }
    return worst;
}

/* Is the real path of `path` in the list, or below a directory in it? Then it
 * goes to `real`: a link that changes after this look changes nothing. */
static bool
is_allowed(const char *const *allow, const char *path, char real[PATH_MAX])
{
    char entry[PATH_MAX];

    if (allow == NULL || allow[0] == NULL)
        return true;
    if (realpath(path, real) == NULL)
        return false;
    for (; *allow != NULL; allow++) {
        if (realpath(*allow, entry) == NULL)
            continue;
        size_t n = strlen(entry);
        if (strncmp(real, entry, n) == 0 &&
            (real[n] == '\0' || real[n] == '/' || entry[n - 1] == '/'))
            return true;
    }
    return false;
}

static int
fail(struct start *s, uint8_t how, const char *name, const char *why)
{
    s->how = how;
    s->why[0] = '\0';
    text_add(s->why, sizeof s->why, "%.180s: %s", name, why);
    return -1;
}

static int
fail_exec(struct start *s, const char *name, int error)
{
    return fail(s, SHIM_NOT_STARTED, name,
                error == ENOENT   ? "no such program"
                : error == EACCES ? "permission denied"
                                  : strerror(error));
}

/* The program as a path for execve, as seen from the working directory. */
static int
choose(struct start *s, const struct child *c, char path[PATH_MAX])
{
    static const char usual[] = "/usr/local/bin:/usr/bin:/bin";
    const char *name = c->argv[0], *dirs = variable(c->envp, "PATH");
    char full[2 * PATH_MAX];

    if (name[0] == '\0')
        return fail(s, SHIM_NOT_STARTED, "\"\"", "no such program");
    if (strchr(name, '/') == NULL) {
        int rc = find(name, dirs != NULL ? dirs : usual, path);
        if (rc != 0)
            return fail_exec(s, name, -rc);
    } else if (snprintf(path, PATH_MAX, "%s", name) >= PATH_MAX) {
        return fail_exec(s, name, ENAMETOOLONG);
    }
    if (path[0] == '/' || c->cwd == NULL)
        snprintf(full, sizeof full, "%s", path);
    else
        snprintf(full, sizeof full, "%s/%s", c->cwd, path);
    if (is_allowed(s->allow, full, path))
        return 0;
    if (c->cwd != NULL && access(c->cwd, X_OK) != 0)
        return fail(s, SHIM_NO_DIR, c->cwd, strerror(errno));
    return fail(s, SHIM_NOT_ALLOWED, name,
                s->run->lines ? "not the program of an own kind"
                              : "not in jobs.allow");
}

/* ---- start ---- */

/* The strings of a run as a vector, NULL-ended; `spare` free places before. */
static char **
vector(struct span strings, uint32_t n, size_t spare)
{
    char **v = xcalloc(spare + n + 1, sizeof *v);
    /* execve takes them writable, and leaves them as they are. */
    char *p = (char *)(uintptr_t)strings.p;

    for (uint32_t i = 0; i < n; i++, p += strlen(p) + 1)
        v[spare + i] = p;
    return v;
}

/* Variables that make an allowed program run what is not allowed: of the
 * loader, of the C library, of interpreters. A name, or how it begins. */
static bool
misleads(const char *variable)
{
    static const char *const begins[] = {
        "LD_", "GCONV_PATH=", "GLIBC_TUNABLES=", "LOCPATH=", "BASH_ENV=",
        "BASH_FUNC_", "ENV=", "SHELLOPTS=", "PYTHON", "PERL5", "RUBY",
        "NODE_", "JAVA_TOOL_OPTIONS=", "JDK_JAVA_OPTIONS=", "_JAVA_OPTIONS="
    };

    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (strncmp(variable, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

static void
leave_out_misleading(char **envp)
{
    char **to = envp;

    for (; *envp != NULL; envp++)
        if (!misleads(*envp))
            *to++ = *envp;
    *to = NULL;
}

/* One that has neither a header nor a first line that names its interpreter
 * is a shell script, as for execvp(3). */
static void
take_shell(struct child *c, char **vector_of, char *shell)
{
    vector_of[0] = shell;
    vector_of[1] = (char *)(uintptr_t)c->path;
    c->path = shell;
    c->argv = vector_of;
}

/* The process of the child, or -1 with step and error. */
static pid_t
spawn(struct child *c)
{
    static _Alignas(16) char stack[CHILD_STACK];
    sigset_t all, before;

    c->step = c->error = 0;
    sigemptyset(&c->none);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = clone(become, stack + sizeof stack,
                      CLONE_VM | CLONE_VFORK | SIGCHLD, c);
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) {
        c->step = STEP_LIMIT;
        c->error = error;
        return -1;
    }
    if (c->step == 0)
        return pid;
    (void)waitpid(pid, NULL, 0);
    return -1;
}

static int
tell(struct start *s, const struct child *c, const char *name)
{
    if (c->step == STEP_DIR)
        return fail(s, SHIM_NO_DIR, c->cwd, strerror(c->error));
    if (c->step == STEP_EXEC && c->error != EAGAIN && c->error != ENOMEM &&
        c->error != EMFILE && c->error != ENFILE)
        return fail_exec(s, name, c->error);
    return fail(s, SHIM_NOT_NOW, name, strerror(c->error));
}

pid_t
shim_start(struct start *s)
{
    char path[PATH_MAX], cwd[PATH_MAX], shell[] = "/bin/sh";
    char **argv = vector(s->run->argv, s->run->argc, 1);
    char **envp = vector(s->run->env, s->run->envc, 0);
    struct child c = { .s = s, .cwd = s->scratch, .argv = argv + 1,
                       .envp = envp, .path = path };
    const char *name = argv[1];
    pid_t pid = -1;

    if (s->allow != NULL && s->allow[0] != NULL)
        leave_out_misleading(envp);
    span_copy(s->run->cwd, cwd, sizeof cwd);
    if (s->run->cwd.len > 0)
        c.cwd = cwd;
    if (s->run->cwd.len >= sizeof cwd) {
        (void)fail(s, SHIM_NO_DIR, "directory", "name too long");
    } else if (choose(s, &c, path) == 0) {
        pid = spawn(&c);
        if (pid < 0 && c.error == ENOEXEC &&
            (s->allow == NULL || s->allow[0] == NULL)) {
            /* argv[0] goes: the path stands for it. */
            take_shell(&c, argv, shell);
            pid = spawn(&c);
        }
        if (pid < 0)
            (void)tell(s, &c, name);
    }
    free(argv);
    free(envp);
    return pid;
}

/* SPDX-License-Identifier: MPL-2.0 */
/* as_others - what a tool that is built with a sanitizer needs to die of its
 * signals as other programs do; for the file with its main. */
#ifndef LB_AS_OTHERS_H
#define LB_AS_OTHERS_H

#define AS_OTHERS "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:" \
                  "handle_sigill=0:handle_abort=0"

const char *__asan_default_options(void)
    __attribute__((visibility("default")));
const char *__tsan_default_options(void)
    __attribute__((visibility("default")));

const char *
__asan_default_options(void)
{
    return "detect_leaks=0:" AS_OTHERS;
}

const char *
__tsan_default_options(void)
{
    return AS_OTHERS;
}

#endif

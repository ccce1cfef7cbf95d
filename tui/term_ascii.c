/* SPDX-License-Identifier: MPL-2.0 */
/* What the locale and TERM can show, before any curses. */
#include "tui/term.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

bool
term_wants_ascii(const char **why)
{
    static const char *const plain[] = { "linux", "vt100", "vt220", "dumb" };
    static const wchar_t bars[] = L"▕█▏▁▂▃▄▅▆▇·▶"
                                  L"▲▼─│…✓✗→";
    const char *term = getenv("TERM"), *lang = setlocale(LC_CTYPE, NULL);

    *why = NULL;
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        *why = "the locale is not UTF-8";
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (term != NULL && strcmp(term, plain[i]) == 0)
            *why = "TERM shows no more";
    if (lang != NULL && (strncmp(lang, "ja", 2) == 0 ||
                         strncmp(lang, "zh", 2) == 0 ||
                         strncmp(lang, "ko", 2) == 0))
        *why = "bars are twice as wide in this locale";
    for (size_t i = 0; *why == NULL && bars[i] != 0; i++)
        if (wcwidth(bars[i]) != 1)
            *why = "this locale has no bar characters";
    return *why != NULL;
}

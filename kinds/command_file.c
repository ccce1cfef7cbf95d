/* SPDX-License-Identifier: MPL-2.0 */
#include "kinds/command_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kinds/command.h"

enum { PART_MAX = 255, HEAD_MAX = 96 /* of a word, before its path */ };

bool
command_path_is_right(const char *path)
{
    size_t len = strlen(path);

    if (len < 1 || len > COMMAND_PATH_MAX)
        return false;
    for (const char *part = path;; part++) {
        size_t n = strcspn(part, "/");
        if (n == 0 || n > PART_MAX || (n == 1 && part[0] == '.') ||
            (n == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part += n;
        if (*part == '\0')
            return true;
    }
}

static bool
is_hash(const char *word)
{
    return strspn(word, "0123456789abcdef") == COMMAND_HASH_DIGITS &&
           word[COMMAND_HASH_DIGITS] == ':';
}

bool
command_file_read(const char *word, struct command_file *out)
{
    char number[24];

    if (!is_hash(word))
        return false;
    const char *mode = word + COMMAND_HASH_DIGITS + 1;
    size_t n = strspn(mode, "01234567");
    if (n < 1 || n > 4 || mode[n] != ':')
        return false;
    *out = (struct command_file){ .hash = word };
    for (size_t i = 0; i < n; i++)
        out->mode = out->mode << 3 | (unsigned)(mode[i] - '0');
    const char *size = mode + n + 1;
    n = strcspn(size, ":");
    if (n >= sizeof number || size[n] != ':' || out->mode > 0777)
        return false;
    span_copy(span_of(size, n), number, sizeof number);
    out->path = size + n + 1;
    return text_u64(number, 0, INT64_MAX, &out->size) == 0 &&
           command_path_is_right(out->path);
}

void
command_file_put(struct buf *to, size_t start, const struct command_file *f)
{
    struct buf word = { 0 };
    char head[HEAD_MAX + 1];

    int n = snprintf(head, sizeof head, "%.*s:%04o:%" PRIu64 ":",
                     (int)COMMAND_HASH_DIGITS, f->hash, f->mode & 0777u,
                     f->size);
    buf_bytes(&word, head, (size_t)n);
    buf_bytes(&word, f->path, strlen(f->path));
    command_word_put(to, start, (const char *)word.p, word.len, NULL);
    buf_fini(&word);
}

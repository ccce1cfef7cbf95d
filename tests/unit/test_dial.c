/* SPDX-License-Identifier: MPL-2.0 */
/* What is said of who listens and is not heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/dial.h"

/* Somebody who accepts one connection, says so many bytes and hangs up; with
 * none to play it nobody accepts. */
static enum dial_word
listen_to(bool accepts, const char *says, size_t len)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t at_len = sizeof at;
    char where[32];
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, at_len), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &at_len), 0);
    snprintf(where, sizeof where, "127.0.0.1:%d", ntohs(at.sin_port) - 3);
    fflush(stdout);
    pid_t pid = accepts ? fork() : -1;
    if (pid == 0) {
        char heard[10];
        int with = accept(fd, NULL, NULL);
        (void)recv(with, heard, sizeof heard, MSG_WAITALL);
        _exit(send(with, says, len, MSG_NOSIGNAL) != (ssize_t)len);
    }
    struct dial d = { .where = where, .offset = 3 };
    enum dial_word word = dial_listen(&d);
    if (accepts)
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(fd);
    return word;
}

static void
only_wrong_bytes_prove_somebody_else(void **state)
{
    (void)state;
    assert_int_equal(listen_to(false, "", 0), DIAL_SILENT);
    assert_int_equal(listen_to(true, "\xff\0\0\0\0\0\0\0\1\x7f", 10),
                     DIAL_SILENT);
    assert_int_equal(listen_to(true, "", 0), DIAL_CLOSED);
    assert_int_equal(listen_to(true, "SSH-2.0", 7), DIAL_FOREIGN);
}

static void
nobody_there_is_silence(void **state)
{
    struct dial d = { .where = "127.0.0.1:1024", .offset = -1023 };

    (void)state;
    assert_int_equal(dial_listen(&d), DIAL_SILENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_wrong_bytes_prove_somebody_else),
        cmocka_unit_test(nobody_there_is_silence),
    };
    return cmocka_run_group_tests_name("dial", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MPL-2.0 */
/*
 * greedy ADDRESS HASH N M - N connections to the control socket of a node, each
 * of which asks M times for the first piece of the file of that hash and reads
 * no answer. One more connection asks after each round and reads its answer, so
 * that the node is done with all of them when "asked" is said. Ends with its
 * standard input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/frame.h"
#include "proto/msg.h"

static void
die(const char *what)
{
    fprintf(stderr, "greedy: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

static void *
open_dealer(void *context, const char *address)
{
    const int one = 1, none = 0, little = 4096, wait_ms = 60 * 1000;
    void *s = zmq_socket(context, ZMQ_DEALER);

    if (s == NULL || zmq_setsockopt(s, ZMQ_RCVHWM, &one, sizeof one) != 0 ||
        zmq_setsockopt(s, ZMQ_SNDHWM, &one, sizeof one) != 0 ||
        zmq_setsockopt(s, ZMQ_RCVBUF, &little, sizeof little) != 0 ||
        zmq_setsockopt(s, ZMQ_SNDBUF, &little, sizeof little) != 0 ||
        zmq_setsockopt(s, ZMQ_LINGER, &none, sizeof none) != 0 ||
        zmq_setsockopt(s, ZMQ_SNDTIMEO, &wait_ms, sizeof wait_ms) != 0 ||
        zmq_setsockopt(s, ZMQ_RCVTIMEO, &wait_ms, sizeof wait_ms) != 0 ||
        zmq_connect(s, address) != 0)
        die(address);
    return s;
}

static void
ask(void *socket, struct frame_codec *codec, const char *hash, uint64_t seq)
{
    struct frame f = { .version = PROTOCOL_VERSION, .type = MSG_COMMAND,
                       .flags = FRAME_REPLY_WANTED, .seq = seq };
    struct msg m = { .type = MSG_COMMAND };
    struct buf pairs = { 0 }, body = { 0 }, frame = { 0 };

    pair_add(&pairs, "hash", span_str(hash));
    m.command = (struct msg_command){ .client = (uint64_t)getpid(),
                                      .seq = seq, .op = span_str("file_get"),
                                      .pairs = buf_span(&pairs) };
    msg_encode(&m, &body);
    frame_encode(codec, &f, buf_span(&body), COMPRESS_NO, 1, &frame);
    if (zmq_send(socket, frame.p, frame.len, 0) < 0)
        die("send");
    buf_fini(&pairs);
    buf_fini(&body);
    buf_fini(&frame);
}

int
main(int argc, char **argv)
{
    enum { CONNECTIONS_MAX = 64 };
    void *context = zmq_ctx_new(), *s[CONNECTIONS_MAX], *reads;
    struct frame_codec *codec = frame_codec_new();
    char byte;

    if (argc != 5) {
        fputs("usage: greedy ADDRESS HASH N M\n", stderr);
        return 2;
    }
    unsigned long n = strtoul(argv[3], NULL, 10);
    unsigned long times = strtoul(argv[4], NULL, 10);
    if (n > CONNECTIONS_MAX)
        n = CONNECTIONS_MAX;
    for (unsigned long i = 0; i < n; i++)
        s[i] = open_dealer(context, argv[1]);
    reads = open_dealer(context, argv[1]);
    for (unsigned long m = 0; m < times; m++) {
        for (unsigned long i = 0; i < n; i++)
            ask(s[i], codec, argv[2], m + 1);
        ask(reads, codec, argv[2], m + 1);
        if (zmq_recv(reads, NULL, 0, 0) < 0)
            die("receive");
    }
    puts("asked");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    for (unsigned long i = 0; i < n; i++)
        zmq_close(s[i]);
    zmq_close(reads);
    zmq_ctx_term(context);
    frame_codec_free(codec);
    return 0;
}

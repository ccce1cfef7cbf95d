/* SPDX-License-Identifier: MPL-2.0 */
/* fake_zmq - instead of libzmq and proto/dial.c, for the client library: no
 * threads, and what a socket gives is what the test has put there. */
#ifndef LB_FAKE_ZMQ_H
#define LB_FAKE_ZMQ_H

#include "base/bytes.h"

/* Asked for the next frame that a socket is to receive: appends it to `out`;
 * false: there is none. */
extern bool (*fake_receive)(struct buf *out);
/* Told of each frame that is sent. */
extern void (*fake_sent)(struct span frame);

#endif

/* SPDX-License-Identifier: MPL-2.0 */
/* msg_wire - what the files of msg share; for nobody else.
 *
 * X_read takes the fields of a body from a reader; what is out of its limits
 * makes the reader bad, and msg_decode looks at it once. X_write appends. */
#ifndef LB_MSG_WIRE_H
#define LB_MSG_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "proto/msg.h"
#include "proto/names.h"

/* Makes `r` bad unless `right`. */
void wire_check(struct reader *r, bool right);
/* A reader of what follows `at` in `list`; wire_at gives the new place. */
struct reader wire_from(struct span list, size_t at);
size_t wire_at(struct span list, const struct reader *r);
struct node_id wire_read_id(struct reader *r);
void wire_write_id(const struct node_id *id, struct buf *out);
/* u8 or u16 length and text of at most `max` bytes without control bytes. */
struct span wire_text8(struct reader *r, size_t max);
struct span wire_text16(struct reader *r, size_t max);
/* u8 length and [A-Za-z0-9_-]{0,63}: a node's or cluster's name. */
struct span wire_name(struct reader *r);
bool wire_is_text(struct span s);

/* Verbs that a list may hold, each as a bit. */
enum {
    VERBS_CLAIMS = 1 << CLAIM_QUEUED | 1 << CLAIM_RUNNING |
                   1 << CLAIM_FINISHED | 1 << CLAIM_OFFERED,
    VERBS_CLAIMS_REPLY = 1 << REPLY_DROP_FINAL | 1 << REPLY_DROP_STALE |
                         1 << REPLY_KEEP | 1 << REPLY_RECALL |
                         1 << REPLY_TIMEOUT,
    VERBS_RELEASE = 1 << RELEASE_NEVER_STARTED | 1 << RELEASE_MAYBE_TAKEN,
    VERBS_RESULTS_ACK = 1 << ACK_RESULT,
    VERBS_BATCH = 1 << BATCH_JOB,
    VERBS_BATCH_ACK = 1 << VERDICT_TAKEN | 1 << VERDICT_STALE |
                      1 << VERDICT_NAK_FULL | 1 << VERDICT_NAK_DRAIN |
                      1 << VERDICT_NAK_KIND
};
/* u32 number and items, all with one of `verbs`; *n_jobs is the sum of their
 * counts, at most JOBS_MAX. */
struct span items_read(struct reader *r, uint32_t verbs, uint32_t *n_jobs);
void items_write(struct span items, struct buf *out);

void state_read(struct reader *r, struct state *s);
void state_write(const struct state *s, struct buf *out);
void hello_read(struct reader *r, struct msg_hello *m);
void hello_write(const struct msg_hello *m, struct buf *out);
void event_read(struct reader *r, struct msg_event *m);
void event_write(const struct msg_event *m, struct buf *out);
void request_read(struct reader *r, struct msg_request *m);
void request_write(const struct msg_request *m, struct buf *out);
void refuse_read(struct reader *r, struct msg_refuse *m);
void refuse_write(const struct msg_refuse *m, struct buf *out);
void batch_read(struct reader *r, struct msg_batch *m);
void batch_write(const struct msg_batch *m, struct buf *out);
void batch_ack_read(struct reader *r, struct msg_batch_ack *m);
void batch_ack_write(const struct msg_batch_ack *m, struct buf *out);
void claims_read(struct reader *r, struct msg_claims *m);
void claims_write(const struct msg_claims *m, struct buf *out);
void items_msg_read(struct reader *r, uint32_t verbs, struct msg_items *m);
void items_msg_write(const struct msg_items *m, struct buf *out);
void results_read(struct reader *r, struct msg_results *m);
void results_write(const struct msg_results *m, struct buf *out);
void command_read(struct reader *r, struct msg_command *m);
void command_write(const struct msg_command *m, struct buf *out);
void reply_read(struct reader *r, struct msg_reply *m);
void reply_write(const struct msg_reply *m, struct buf *out);

#endif

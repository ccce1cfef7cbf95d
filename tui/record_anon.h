/* SPDX-License-Identifier: MPL-2.0 */
/* record_anon - inputs without what names people, hosts and work: each name
 * is replaced by the same made-up one wherever it stands, texts are blanked.
 * What is not understood is left out. */
#ifndef LB_RECORD_ANON_H
#define LB_RECORD_ANON_H

#include "tui/record_wire.h"

struct record_anon;
struct record_anon *record_anon_new(void);
void record_anon_free(struct record_anon *a);
/* Changes *in; *raw is its frame, if it has one. What they hold then is valid
 * until the next call. False: left out. */
bool record_anon_input(struct record_anon *a, struct input *in,
                       struct span *raw);

/* ---- record_anon_names.c: who is called what ---- */

enum anon_kind { ANON_NODE = 1, ANON_CLUSTER, ANON_HOST, ANON_OWNER,
                 ANON_LABEL, ANON_KIND, ANON_TAG, ANON_VALUE, ANON_WHERE,
                 ANON_ID, ANON_BOOT };
struct anon_names;
struct anon_names *anon_names_new(void);
void anon_names_free(struct anon_names *n);
/* The number of `text` among those of its kind, from 1. */
uint32_t anon_number(struct anon_names *n, enum anon_kind kind,
                     struct span text);
/* Appends the made-up name; nothing for an empty text. */
void anon_name(struct anon_names *n, enum anon_kind kind, struct span text,
               struct buf *out);
void anon_id(struct anon_names *n, struct node_id *id);

/* ---- record_anon_words.c: keys and values of events and answers ---- */

/* Appends the value of `key`, made nameless. */
void anon_value(struct anon_names *n, struct span key, struct span value,
                struct buf *out);
/* "key=value ..." of an EVENT. */
void anon_event(struct anon_names *n, struct span text, struct buf *out);
void anon_pairs(struct anon_names *n, struct span pairs, struct buf *out);
/* Names separated by blanks: tags, kinds. */
void anon_tags(struct anon_names *n, struct span text, struct buf *out);
void anon_kinds(struct anon_names *n, struct span text, struct buf *out);
/* A kind that every node has keeps its name. */
void anon_job_kind(struct anon_names *n, struct span text, struct buf *out);

#endif

/* SPDX-License-Identifier: MPL-2.0 */
/* limits - sizes that a decoder checks before it believes a number. */
#ifndef LB_PROTO_LIMITS_H
#define LB_PROTO_LIMITS_H

enum {
    NAME_MAX_BYTES = 63,            /* node, cluster, label */
    ENDPOINT_MAX_BYTES = 255,       /* host or address of a node */
    KINDS_MAX_BYTES = 1024,         /* names of kinds, blank-separated */
    PARAMS_MAX_BYTES = 64 * 1024,   /* shared parameters of a workload */
    INPUT_MAX_BYTES = 3 * 1024 * 1024,      /* own parameters of one job */
    RESULT_MAX_BYTES = 2 * 1024 * 1024,     /* result of one job */
    ERROR_MAX_BYTES = 255,          /* why an attempt failed */
    MESSAGE_MAX_BYTES = 4 * 1024 * 1024,    /* one frame, raw or as sent */
    STATE_MAX_BYTES = 64 * 1024,    /* frame on the state socket */
    JOBS_MAX = 10 * 1000 * 1000,    /* jobs of one workload */
    BATCH_JOBS_MAX = 10 * 1000,     /* jobs of one BATCH */
    ITEMS_MAX = 140 * 1000,         /* items of one list (28 B each) */
    RESULTS_MAX = 20 * 1000,        /* results of one RESULTS or page */
    PAIRS_MAX = 64,                 /* key/value pairs of a COMMAND or REPLY */
    ROWS_MAX = 20 * 1000,           /* rows of one REPLY */
    STATE_WORKLOADS_MAX = 256,      /* workloads told of in one STATE */
    PIN_MAX_BYTES = 4096,           /* names of nodes, blank-separated */
    FILE_HASH_BYTES = 32,           /* BLAKE2b-256 of a file */
    FILE_PIECE_BYTES = 1024 * 1024, /* of a file, in one COMMAND or REPLY */
    FILES_ASKED_MAX = 10 * 1000,    /* hashes of one file_have */
    FILES_NEEDED_MAX = 1024 * 1024, /* files that a manifest names */
    RETRIES_MAX = 100,
    RETRIES_DEFAULT = 255,          /* of a submission: as the home says */
    PRIORITY_MAX = 9,
    SLOTS_MAX = 4096
};

#endif

/* SPDX-License-Identifier: MPL-2.0 */
/* limits - every bound and fixed time of the node, with its reason. */
#ifndef LB_CORE_LIMITS_H
#define LB_CORE_LIMITS_H

enum {
    PEERS_MAX = 1024,           /* a full mesh is wrong beyond (wire) */
    SLAB_JOBS = 64,             /* jobs given back to the heap together */
    BATCHES_MAX = 8,            /* unanswered per peer: bounds verdicts */
    STRANGERS_MAX = 16,         /* nodes of other versions told of */
    PARKED_MAX = 1024,          /* clients that wait for an answer */
    REPLIES_MAX = 1024,         /* kept for repeated requests */
    FAILURES_MAX = 20,          /* told to who asks for details */
    FAILURE_TEXT_MAX = 64,
    SETTER_BY_MAX = 65,         /* who set a value, as he calls himself */
    SETTER_CMD_MAX = 17,
    TICKETS_MAX = 1 << 16,      /* of runs: what act_run.slot can name */
    LOOK_MAX = 4096,            /* jobs looked at in search of one that can go
                                   to a peer, */
    PASS_MAX = 64 * LOOK_MAX,   /* and passed over without a look: the one
                                   before, of their workload, cannot either */
    WAITERS_MAX = 8,            /* askers refused and remembered */
    WORKLOADS_MAX = 1000 * 1000,
    WORKLOAD_BYTES = 1536,      /* what each costs, as measured; */
    RESULT_BYTES = 28,          /* and a result beside its record */
    FETCH_MAX_BYTES = 16 * 1024 * 1024, /* of files, to go with jobs */
    FETCH_MAX_JOBS = 1024,      /* and jobs that they are for */
    FETCH_BUCKETS = 256,
    PAGE_RESULTS = 4096,        /* results of one reply, at most */
    GATHER_RESULTS = 1000,      /* or until there are so many */
    PAGE_BYTES = 1024 * 1024,   /* and their bytes */
    HOLD_ROWS = 64,             /* so many do not wait (HOLD_US) */
    KINDS_MAX = 64,             /* told apart; the last place is shared */
    CLASSES_MAX = 128,          /* kinds, and behind them workloads */
    BOUND_JOBS = 3,             /* jobs done before their median bounds others,
                                   as in GNU parallel */
    CLASS_JOBS_MIN = 8,         /* smaller workloads have no class of theirs */
    LOG_TEXT_MAX = 400
};

enum {
    MS = 1000,                  /* all times are in microseconds */
    SECOND = 1000 * 1000,
    TICK_US = 250 * MS,         /* housekeeping: resends, silence, leases */
    LATE_US = 500 * MS,         /* a loop that late judges nobody for it */
    RESEND_US = 500 * MS,       /* first; doubled each time */
    RESEND_BATCH_MAX_US = 8 * SECOND,
    NO_FILE_US = 60 * SECOND,   /* who cannot read a file is not asked to */
    FETCH_KEEP_US = 10 * SECOND,    /* bytes that nobody had room for */
    SEEK_US = 1 * SECOND,       /* between two tries of it */
    QUARANTINE_US = 600 * SECOND,   /* a kind that fails here alone */
    TRIAL_KEEP_US = 60 * SECOND,    /* how jobs of an ended workload fared */
    AGAIN_US = 5 * SECOND,      /* a failed job waits that long for another node
                                   than the one where it failed */
    GATHER_US = 5 * MS,         /* results wait for others that long while
                                   an answer is out */
    HOLD_US = 5 * MS,           /* a few results for a client wait for more */
    RESEND_MAX_US = 4 * SECOND, /* RESULTS, RELEASE */
    SETTLE_US = 2500 * MS,      /* after a start: nobody is reclaimed */
    SNAPSHOT_GAP_US = 1 * SECOND,
    OFFER_EXTRA_US = 2 * SECOND,    /* offer_limit = lease + this */
    FORGET_PEER_US = 600 * SECOND,  /* tombstone of a dead peer */
    TWIN_GONE_US = 30 * SECOND, /* silence: who has our id has ended */
    RETRY_MIN_US = 20 * MS,     /* a client refused for want of room waits */
    RETRY_MAX_US = 1 * SECOND,
    STATE_GAP_US = 50 * MS,     /* between states published on change */
    STATE_SLOW_US = 5 * SECOND, /* between those for consoles far off */
    ASKED_GAP_US = 100 * MS,    /* between states that clients ask for */
    VAIN_US = 60 * SECOND,      /* who had no work for us is asked last */
    HEARD_US = 3 * SECOND,      /* no offers to who is silent longer */
    BOUND_LEAST_US = 10 * MS,   /* a median of less says nothing about a run
                                   that a busy host holds up */
    AHEAD_US = 10 * MS,         /* work ordered ahead of a free worker */
    AHEAD_WAIT_US = 1 * SECOND  /* no run ends: what is ahead is taken back */
};

#endif

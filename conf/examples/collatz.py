#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""collatz - a kind of one's own, protocol json: how many steps it takes from
n to 1. See kinds.ini."""

import json
import sys


def steps(n):
    """Halves what is even; of what is odd three times and one more."""
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


for line in sys.stdin:
    job = json.loads(line)
    answer = {"job": job["job"], "ok": True}
    try:
        answer["result"] = steps(job["params"]["n"])
    except Exception as error:  # a job may fail; the process goes on
        answer.update(ok=False, error=str(error))
    print(json.dumps(answer), flush=True)

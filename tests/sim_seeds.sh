#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# 1,000 fixed seeds of a cluster of five under faults. SIM_SEEDS and SIM_FIRST
# choose others; a failure prints the seed that repeats it.
set -eu
exec "${LB_BUILD:-.}/lbsim" --seeds "${SIM_SEEDS:-1000}" \
    --seed "${SIM_FIRST:-1}" --nodes 5

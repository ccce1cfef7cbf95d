/* SPDX-License-Identifier: MPL-2.0 */
/* fuzz - what libFuzzer and replay.c call with each input. */
#ifndef LB_FUZZ_H
#define LB_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; aborts if a promise of the decoder is broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
    __attribute__((visibility("default")));

#endif

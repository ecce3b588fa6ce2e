/*
 * The patience of a holder with what the kernel or another process is about to do: rounds of 5 ms each, 5 s in all.
 */

#pragma once
#include <stddef.h>
#include <time.h>

enum { PATIENCE_NS = 5000000, ROUNDS = 1000 };

/* Waits for one round. */
static inline void wait_a_round(void) {
  const struct timespec patience = {0, PATIENCE_NS};
  nanosleep(&patience, NULL);
}

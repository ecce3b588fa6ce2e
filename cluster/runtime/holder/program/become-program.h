/*
 * The last steps of a process before it is the program, or the starter that makes it.
 */

#pragma once
#include <sys/types.h>
#include "../plan.h"

/* Becomes the program. An error is written to the pipe, which closes by itself when the program runs. */
void become_program(const struct plan *plan, int failure, pid_t holder);

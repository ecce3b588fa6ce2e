/*
 * The start of a program, by the holder itself or by a starter.
 */

#pragma once
#include <sys/types.h>
#include "../plan.h"

/* Starts the program of a plan, and returns its pid. The holder ends here when there is no program to hold. */
pid_t start_program(const struct plan *plan);

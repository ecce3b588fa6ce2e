/*
 * The user of a program.
 */

#pragma once
#include "../plan.h"

/* Makes the caller a process of the plan's user and groups, where it names them. */
int take_user(const struct plan *plan);

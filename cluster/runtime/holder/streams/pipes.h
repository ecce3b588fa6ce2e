/*
 * The pipes of a program without a terminal to which others may attach.
 */

#pragma once
#include "../plan.h"

/* Opens a pipe for each of descriptor 0 to 2, and returns the ends that the holder keeps. */
int open_pipes(const struct plan *plan, int kept[3]);

/* Gives the caller the pipes, if there are any, of which it has ends above its own files. */
int take_pipes(void);

/* Closes the program's ends in the holder. */
void leave_pipes(void);

/*
 * The input and output of a program which the holder copies: those of a terminal, or of pipes.
 */

#pragma once
#include "../plan.h"

/* Opens the terminal or the pipes that the plan asks for, if it does, and listens for clients where these may attach. */
int open_streams(const struct plan *plan);

/* Gives the caller, which becomes the program, its ends of them. */
int take_streams(const struct plan *plan);

/* True when there is output to copy. */
int has_streams(void);

/*
 * The terminal of a program.
 */

#pragma once
#include "../plan.h"

/* Opens one of the plan's size, and gives its other end to the plan's user. */
int open_terminal(const struct plan *plan);

/* The holder's end of it; -1 for none. */
int terminal_file(void);

/* Sets the size from its rows and columns. */
void resize_terminal(const char *text);

/* Gives the caller the terminal, if there is one. */
int take_terminal(const struct plan *plan);

/*
 * The child of an init, which is the program.
 */

#pragma once
#include <signal.h>
#include <sys/types.h>

/* Starts the child, with this mask of signals. The number that is told is 0 once its program runs. */
pid_t start_child(char **arguments, const sigset_t *mask);

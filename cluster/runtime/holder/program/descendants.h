/*
 * The descendants of the holder: all processes that its program has made.
 */

#pragma once
#include <sys/types.h>

/* Signals them, but those of a process group that has the signal, and one process that gets none; 0 for neither. */
void signal_descendants(int number, pid_t signaled_group, pid_t spared);

/*
 * Kills whatever is left. Processes whose parent is gone become children of the holder, so that none gets away; one
 * that the kernel does not let go is given up after some time.
 */
void kill_all(void);

/*
 * The first process of a pid namespace, with a program or without one.
 */

#pragma once

/*
 * The first process of a pid namespace: starts the program as its child, forwards signals to the process group of that,
 * reaps orphans, and ends with it; the kernel then kills what is left. The kernel ignores signals that the first process has
 * no handler for, so a program should not be it.
 */
int run_init(char **arguments);

/* Does nothing, as the process of a container that has none of its own; as its init it leaves no zombies. */
void stay(void);

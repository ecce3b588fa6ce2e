/*
 * The signals that a holder sends.
 */

#pragma once
#include <sys/types.h>

/*
 * Signals all processes of the program: its process group at one moment, so that a shell does not go on when only what it
 * waits for has ended; then those that have left the group. An init would forward a signal once more and gets none; when
 * it is killed, the kernel kills its whole namespace.
 */
void signal_program(pid_t pid, int number);

/*
 * The signals that a holder takes: SIGCHLD, SIGTERM, SIGUSR1, and 34 + N for each signal N that it forwards.
 */

#pragma once

enum { FORWARD = 34 };

/* Holds these signals back until they are waited for, and ignores those of a terminal and of broken pipes. */
void take_signals(void);

/* Gives the caller, which becomes the program, the signals as a program has them at its start. */
void give_signals_back(void);

/* The next signal, however long that takes. */
int wait_for_signal(void);

/* A file that is readable when a signal is there; -1 when the system has none to give. */
int signal_file(void);

/* Reads a signal of that file; 0 when there is none. */
int read_signal(int signals);

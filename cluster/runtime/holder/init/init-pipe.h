/*
 * The pipe on which an init tells its holder two numbers: why it cannot start the program, or 0; and how that ended, as
 * for wait().
 */

#pragma once

/* The descriptor of the pipe in an init. */
enum { STATUS = 3 };

/* Opens the pipe, before the starter is forked. */
int open_init_pipe(void);

/* Gives the caller, which becomes the starter, its end. */
int take_init_pipe(void);

/* Closes the starter's end in the holder. */
void leave_init_pipe(void);

/* True in a holder that has such a pipe. */
int has_init(void);

/* Reads the next number of the init; false when there is none. */
int read_told(int *number);

/* The end of the program, where the init has told it: it had no time to when it was killed. */
int told_status(int status);

/* Tells a number, in the init. */
void tell(int number);

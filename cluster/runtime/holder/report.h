/*
 * The reports of a holder: lines on descriptor 4, of which the last one is in the file `status`, too.
 */

#pragma once

enum { REPORT = 4 };

/* Ends the holder because of the last error, which is not the program's. */
void give_up(const char *what);

/* Tells that the program runs. */
void report_start(int pid);

/* Ends without a program, and says why: failed with an error number, or refused with the exit code of a starter. */
void report_failure(const char *word, int value);

/* Stores the end of the program, as wait() has it, in the file, at once. */
void store_end(int status);

/* Tells the end to the starter, when nothing of the program is left. */
void report_end(int status);

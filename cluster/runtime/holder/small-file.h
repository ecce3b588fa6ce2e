/*
 * Small files: lines in the working folder, and pids in files of others.
 */

#pragma once
#include <sys/types.h>

/* The most bytes of a line, with its end. */
enum { LINE = 128 };

/* Writes a file under another name first, so that nobody reads half of it. */
int write_file(const char *name, const char *text);

/* Takes the room of a file that is to be written later, when the disk may be full. */
int reserve_file(const char *name);

/* The pid that a file has at its beginning; 0 for none. */
pid_t read_pid(const char *name);

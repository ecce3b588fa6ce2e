/*
 * The output of the program, on its way from the terminal or the pipes to the files of the holder.
 */

#pragma once
#include <stddef.h>

/*
 * The terminal, or the pipes of stdout and stderr, with what was read and is not in the file yet. Nothing more is read
 * before.
 */
extern struct source {
  int file;      /* the terminal, or a pipe; -1 for none */
  int target;    /* the file of the output */
  char kind;     /* of its frames */
  int is_open;
  size_t at, end;
  char bytes[4096];
} sources[2];

/* Reads what is there, for the file and for the client. */
void read_source(struct source *source);

/* Output that cannot be written, such as to a full disk, is lost; output that cannot be written yet stays. */
void write_source(struct source *source);

/* True while something that was read is not in its file yet. */
int is_full(const struct source *source);

/*
 * The file of the output. A pipe is opened once more: only so does a write to it never wait without a change for all others
 * who have it open.
 */
int open_target(const struct source *source);

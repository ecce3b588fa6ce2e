/*
 * The plan of a holder: the program to start, its user, its input and output, and what is made for it before.
 *
 * In: descriptor 3, to its end: texts that each end with a zero byte, in the order of `struct plan`; a list has its
 *     length first.
 */

#pragma once

enum { PLAN = 3 };

struct plan {
  long uid, gid;       /* -1: as the holder */
  long mask;           /* the umask */
  char *groups;        /* supplementary groups, separated by commas */
  char *directory;
  char *pid_file;      /* of a starter; empty for a program */
  char *init;          /* the file that the init executes which a starter makes; empty when it makes the program itself */
  char *paused;        /* not empty when the init is made and does not run yet */
  char *terminal;      /* rows and columns of a terminal, each 0 for none; empty without a terminal */
  char *io;            /* "attach" or "wait" when others may attach to its input and output; empty otherwise */
  char *root;          /* a folder where a starter alone sees the root of the file system again; may be empty */
  char **mounts;       /* what a starter alone has mounted, three texts each: see make_mount */
  char *file;          /* looked up in the PATH of the program */
  char **arguments;    /* with the name of the program first */
  char **environment;
};

/* Reads all of it. The holder ends here when the plan does too early. */
void read_plan(struct plan *plan);

/*
 * Becomes the program of an init or of --exec.
 *
 * Always true: errors are told as a shell tells them, with its exit codes: 127 for a missing file, 126 otherwise.
 */

#define _GNU_SOURCE
#include "execute.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int execute(char **arguments) {
  execvp(arguments[0], arguments + 1);
  int error = errno;
  fprintf(stderr, "Failed to execute '%s': %s\n", arguments[0], strerror(error));
  errno = error;
  return error == ENOENT ? 127 : 126;
}

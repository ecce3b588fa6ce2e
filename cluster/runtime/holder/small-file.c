/*
 * Writes and reads small files.
 *
 * Always true: a file is there as a whole or not at all, and one whose room was reserved can be written on a full disk.
 */

#define _GNU_SOURCE
#include "small-file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Writes the text that is to be under this name; 0 when the disk has taken it. */
static int write_fresh(const char *name, const char *text) {
  char fresh[NAME_MAX];
  snprintf(fresh, sizeof fresh, "%s.new", name);
  int file = open(fresh, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  ssize_t length = (ssize_t)strlen(text), written = write(file, text, length);
  /* Cut after that: what was reserved is not given back before it is written again. */
  int cut = ftruncate(file, length);
  if (written >= 0 && written < length) errno = ENOSPC;
  int error = errno;
  close(file);
  errno = error;
  return written == length && cut == 0 ? 0 : -1;
}

int write_file(const char *name, const char *text) {
  char fresh[NAME_MAX];
  snprintf(fresh, sizeof fresh, "%s.new", name);
  return write_fresh(name, text) == 0 ? rename(fresh, name) : -1;
}

int reserve_file(const char *name) {
  char line[LINE];
  memset(line, '\n', sizeof line - 1);
  line[sizeof line - 1] = '\0';
  return write_fresh(name, line);
}

pid_t read_pid(const char *name) {
  int pid = 0;
  FILE *file = fopen(name, "re");
  if (!file) return 0;
  if (fscanf(file, "%d", &pid) != 1) pid = 0;
  fclose(file);
  return pid;
}

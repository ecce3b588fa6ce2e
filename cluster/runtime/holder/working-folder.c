/*
 * Makes the files `alive` and `processes` of a holder, and reserves room for its `status`.
 *
 * Out: `processes`: pid of the holder, its start time, pid of the program.
 */

#define _GNU_SOURCE
#include "working-folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "report.h"
#include "small-file.h"

void open_alive(void) {
  if (mkfifo("alive", 0600) != 0 && errno != EEXIST) give_up("alive");
  /* Open for reading, too, so that this does not wait for a reader. */
  if (open("alive", O_RDWR | O_CLOEXEC) < 0) give_up("alive");
}

static unsigned long long start_time(void) {
  char text[1024];
  int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  text[length > 0 ? length : 0] = 0;
  char *at = strrchr(text, ')');
  unsigned long long ticks = 0;
  /* Field 22 of proc(5); the name, which is field 2, may have blanks. */
  for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
  if (at) sscanf(at, " %llu", &ticks);
  return ticks;
}

int write_processes(pid_t pid) {
  char line[LINE];
  snprintf(line, sizeof line, "%d %llu %d\n", (int)getpid(), start_time(), (int)pid);
  return write_file("processes", line);
}

void reserve_files(void) {
  if (write_processes(0) != 0 || reserve_file("processes") != 0 || reserve_file("status") != 0)
    report_failure("failed", errno);
}

/*
 * Tells the starter how the program was started and how it ended, and stores the end for those who come later.
 *
 * Out: started PID, failed ERRNO, refused CODE, exited CODE or signaled NUMBER.
 */

#define _GNU_SOURCE
#include "report.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "small-file.h"

void give_up(const char *what) {
  dprintf(REPORT, "failed %d\n", errno);
  dprintf(2, "holder: %s: %s\n", what, strerror(errno));
  _exit(125);
}

void report_start(int pid) {
  dprintf(REPORT, "started %d\n", pid);
}

void report_failure(const char *word, int value) {
  char line[LINE];
  snprintf(line, sizeof line, "%s %d\n", word, value);
  write_file("status", line);
  dprintf(REPORT, "%s", line);
  _exit(0);
}

static void print_status(int status, char *line) {
  if (WIFSIGNALED(status)) snprintf(line, LINE, "signaled %d\n", WTERMSIG(status));
  else snprintf(line, LINE, "exited %d\n", WEXITSTATUS(status));
}

void store_end(int status) {
  char line[LINE];
  print_status(status, line);
  write_file("status", line);
}

void report_end(int status) {
  char line[LINE];
  print_status(status, line);
  dprintf(REPORT, "%s", line);
}

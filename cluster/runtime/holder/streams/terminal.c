/*
 * Opens a terminal for the program, and changes its size.
 */

#define _GNU_SOURCE
#include "terminal.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The terminal of the program, and the end that the program has: it stays open, so that the terminal does. */
static int terminal = -1, terminal_end = -1;

int open_terminal(const struct plan *plan) {
  struct winsize size = {0};
  sscanf(plan->terminal, "%hu %hu", &size.ws_row, &size.ws_col);
  terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0 || fcntl(terminal, F_SETFL, O_NONBLOCK) != 0) return -1;
  if (grantpt(terminal) != 0 || unlockpt(terminal) != 0) return -1;
  if (size.ws_row > 0 && ioctl(terminal, TIOCSWINSZ, &size) != 0) return -1;
  terminal_end = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal_end < 0) return -1;
  return plan->uid < 0 ? 0 : fchown(terminal_end, (uid_t)plan->uid, (gid_t)-1);
}

int terminal_file(void) {
  return terminal;
}

void resize_terminal(const char *text) {
  struct winsize size = {0};
  if (sscanf(text, "%hu %hu", &size.ws_row, &size.ws_col) == 2 && terminal >= 0)
    ioctl(terminal, TIOCSWINSZ, &size);
}

/* A starter must not control it: when that ended, the kernel would take it away. */
int take_terminal(const struct plan *plan) {
  if (terminal < 0) return 0;
  for (int file = 0; file <= 2; file++)
    if (dup2(terminal_end, file) < 0) return -1;
  return *plan->pid_file ? 0 : ioctl(0, TIOCSCTTY, 0);
}

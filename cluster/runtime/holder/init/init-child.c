/*
 * Starts the child of an init, in a session of its own.
 *
 * Out: on the pipe of the init the error number of the start, or 0.
 */

#define _GNU_SOURCE
#include "init-child.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "execute.h"
#include "init-pipe.h"

/* The child of an init, in a session of its own. A terminal goes with it. */
static void become_child(char **arguments, const sigset_t *mask, int failure) {
  int has_terminal = isatty(0);
  setsid();
  if (has_terminal) ioctl(0, TIOCSCTTY, 0);
  sigprocmask(SIG_SETMASK, mask, NULL);
  int code = execute(arguments);
  int error = errno;
  if (write(failure, &error, sizeof error) < 0) code = 126;
  _exit(code);
}

/* Gives its terminal up, so that the child can have it. The kernel sends signals for that, which are no one's. */
static void leave_terminal(void) {
  if (!isatty(0) || ioctl(0, TIOCNOTTY) != 0) return;
  signal(SIGHUP, SIG_IGN);
  signal(SIGHUP, SIG_DFL);
  signal(SIGCONT, SIG_DFL);
}

pid_t start_child(char **arguments, const sigset_t *mask) {
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0) return -1;
  leave_terminal();
  pid_t pid = fork();
  if (pid < 0) return -1;
  if (pid == 0) become_child(arguments, mask, failure[1]);
  close(failure[1]);
  int error = 0;
  if (read(failure[0], &error, sizeof error) != sizeof error) error = 0;
  close(failure[0]);
  tell(error);
  return pid;
}

/*
 * Starts the program as the first process of a pid namespace, forwards signals to it, and reaps orphans.
 *
 * In: FILE NAME ARGUMENT... of the program, and a pipe to the holder on descriptor 3 (see init-pipe.h).
 * Out: the exit status of the program; 128 + N when the signal N has ended it.
 */

#define _GNU_SOURCE
#include "init.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "execute.h"
#include "init-child.h"
#include "init-pipe.h"

/*
 * Keeps the files of an init from programs of its user: they could open its pipe by /proc, and tell a false end. It ends
 * with execve, so that the programs themselves stay as they are.
 */
static void hide(void) {
  prctl(PR_SET_DUMPABLE, 0);
}

void stay(void) {
  hide();
  signal(SIGCHLD, SIG_IGN);
  for (;;) pause();
}

/* Reaps what has ended; -1 while the child goes on, and its exit code then. It waits for that where `options` say so. */
static int reap_children(pid_t child, int options) {
  int status;
  for (pid_t ended; (ended = waitpid(-1, &status, options)) > 0;) {
    if (ended != child) continue;
    tell(status);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  return -1;
}

int run_init(char **arguments) {
  sigset_t all, before;
  hide();
  fcntl(STATUS, F_SETFD, FD_CLOEXEC);
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t child = start_child(arguments, &before);
  if (child < 0) {
    /* A profile of system calls may forbid children: better the first process than none. */
    sigprocmask(SIG_SETMASK, &before, NULL);
    return execute(arguments);
  }
  for (;;) {
    int number = sigwaitinfo(&all, NULL);
    if (number > 0 && number != SIGCHLD) {
      if (kill(-child, number) != 0) kill(child, number);
      continue;
    }
    /* It waits in the kernel where it may not wait for signals. */
    int code = reap_children(child, number < 0 && errno != EINTR ? 0 : WNOHANG);
    if (code >= 0) return code;
  }
}

/*
 * Makes a child of the holder the program: its signals, session, files, mounts and user, and last its folder.
 *
 * Out: the error number of the first step that fails.
 * Always true: the program ends when its holder is killed, however early.
 */

#define _GNU_SOURCE
#include "become-program.h"
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../init/init-pipe.h"
#include "../signals.h"
#include "../streams/streams.h"
#include "mounts.h"
#include "user.h"

static int prepare(const struct plan *plan, pid_t holder) {
  give_signals_back();
  setsid();
  umask((mode_t)plan->mask);
  environ = plan->environment;
  if (take_streams(plan) != 0 || make_mounts(plan) != 0 || take_user(plan) != 0) return -1;
  /* After setuid, which clears it: if the holder is killed, the program ends with it. It may have been killed before. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != holder) _exit(127);
  if (chdir(plan->directory) != 0) return -1;
  return *plan->init ? take_init_pipe() : 0;
}

void become_program(const struct plan *plan, int failure, pid_t holder) {
  if (prepare(plan, holder) == 0) execvp(plan->file, plan->arguments);
  int error = errno;
  if (write(failure, &error, sizeof error) != sizeof error) _exit(126);
  _exit(127);
}

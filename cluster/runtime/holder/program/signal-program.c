/*
 * Signals the program of a holder with all that it has made, also under an init.
 */

#define _GNU_SOURCE
#include "signal-program.h"
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include "../init/init-pipe.h"
#include "../patience.h"
#include "../small-file.h"
#include "../streams/client.h"
#include "descendants.h"

/* The oldest child of an init, which is its program; 0 when it has none. */
static pid_t child_of_init(pid_t init) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)init, (int)init);
  return read_pid(path);
}

static int has_ended(pid_t pid) {
  siginfo_t info = {0};
  return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

/* The program under an init. Just after its start the runtime may still be on the way to it; it may be the program itself. */
static pid_t program_of(pid_t init) {
  pid_t pid = child_of_init(init);
  for (int round = 0; pid == 0 && round < ROUNDS / 5 && !has_ended(init); round++) {
    wait_a_round();
    pid = child_of_init(init);
  }
  return pid > 0 ? pid : init;
}

void signal_program(pid_t pid, int number) {
  pid_t leader = !has_init() || number == SIGKILL ? pid : program_of(pid);
  /* The output of what is killed is nobody's to wait for. */
  if (number == SIGKILL) client.is_awaited = client.is_patient = 0;
  kill(-leader, number);
  signal_descendants(number, leader, leader == pid ? 0 : pid);
}

/*
 * Starts the program: opens its input and output, forks, and waits for the starter where there is one.
 *
 * Always true: of a start that has failed no process is left.
 */

#define _GNU_SOURCE
#include "start-program.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../init/init-pipe.h"
#include "../report.h"
#include "../small-file.h"
#include "../streams/pipes.h"
#include "../streams/streams.h"
#include "become-program.h"
#include "descendants.h"

/* The program that a starter has made. Its end is seen by the loop of main, however early it is. */
static pid_t started_by(pid_t starter, const struct plan *plan) {
  int status;
  while (waitpid(starter, &status, 0) < 0 && errno == EINTR) continue;
  pid_t pid = read_pid(plan->pid_file);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && pid > 0) {
    int error;
    if (!*plan->init || *plan->paused || !read_told(&error) || error == 0) return pid;
    kill_all();
    report_failure("failed", error);
  }
  kill_all();
  report_failure("refused", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}

pid_t start_program(const struct plan *plan) {
  int failure[2];
  if (open_streams(plan) != 0) report_failure("failed", errno);
  if (*plan->init && open_init_pipe() != 0) give_up("pipe");
  if (pipe2(failure, O_CLOEXEC) != 0) give_up("pipe");
  pid_t holder = getpid(), pid = fork();
  if (pid < 0) give_up("fork");
  if (pid == 0) become_program(plan, failure[1], holder);
  close(failure[1]);
  leave_pipes();
  if (*plan->init) leave_init_pipe();
  int error;
  if (read(failure[0], &error, sizeof error) == sizeof error) report_failure("failed", error);
  close(failure[0]);
  return *plan->pid_file ? started_by(pid, plan) : pid;
}

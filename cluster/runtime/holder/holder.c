/*
 * Holds one program: starts it, outlives whoever started the holder, keeps the exit status, and leaves no process behind.
 *
 * With --stay it only stays, for containers without a program. With --exec FILE NAME ARGUMENT... it becomes a program
 * whose first argument is not its file, which a specification of the OCI cannot say, and whose input, if that is a terminal,
 * controls it. With --init FILE NAME ARGUMENT... it is the first process of a pid namespace, which has that program as a
 * child (see init/init.h).
 *
 * In: the working folder of the holder, and a plan on descriptor 3 (see plan.h).
 *     SIGTERM: ask all processes of the program to end. SIGUSR1: kill them all. 34 + N: send them the signal N.
 * Out: lines on descriptor 4 (started PID, failed ERRNO, refused CODE, exited CODE, signaled NUMBER), and in the working
 *     folder: `processes` (pid of the holder, its start time, pid of the program), `status` (the last line above), and `alive`,
 *     a pipe that is open for writing as long as the holder lives.
 *
 * With a pid file, the file to execute is a starter, such as an OCI runtime: it makes the program, writes its pid, and
 * ends; the program becomes a child of the holder then. A starter that ends otherwise has refused.
 *
 * With an init, the process that the starter makes is a holder with --init. It has a pipe to its holder, which is told how the
 * program was started and how it ended: the first process of a pid namespace cannot end by a signal as its child did.
 *
 * With a terminal, the holder opens one for the program, in which that has its input and all of its output, and copies what
 * is written there to its own output. It reads no more than it can write, and signals never wait for that.
 *
 * With `io`, others attach to the program by the socket `io` in the working folder, one at a time: they get its output in
 * frames (o: stdout, e: stderr), and send its input (i), the end of that (z) and the size of its terminal (w: rows and
 * columns). Without a terminal the program has pipes then. "wait" holds the output until somebody is attached, and
 * as long as that one does not read.
 *
 * The environment of the program is in the plan and not the holder's own: a program that may set LD_PRELOAD must not
 * get a library into a holder that runs as root.
 *
 * Its parts: plan.c and working-folder.c for what comes in and out, program/ for the start and the signals of the program,
 * streams/ for its input and output, and init/ for the process before it in a pid namespace.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init/execute.h"
#include "init/init-pipe.h"
#include "init/init.h"
#include "plan.h"
#include "program/descendants.h"
#include "program/signal-program.h"
#include "program/start-program.h"
#include "report.h"
#include "signals.h"
#include "streams/copy.h"
#include "working-folder.h"

/*
 * Closes all files but its own. Whoever starts a holder may have files open that are inherited, such as those of LevelDB,
 * and no program may write to them.
 */
static void close_others(void) {
  if (syscall(SYS_close_range, REPORT + 1, ~0U, 0) == 0) return;
  long limit = sysconf(_SC_OPEN_MAX);
  for (int file = REPORT + 1; file < limit; file++) close(file);
}

/* Becomes a process that has the working folder, its own files and signals, and the orphans of its program. */
static void become_holder(const char *folder) {
  close_others();
  if (!folder || chdir(folder) != 0) give_up("working folder");
  fcntl(PLAN, F_SETFD, FD_CLOEXEC);
  fcntl(REPORT, F_SETFD, FD_CLOEXEC);
  take_signals();
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) give_up("subreaper");
  open_alive();
}

/* Reaps what has ended; true when the program is among that, of which nothing is left then. */
static int reap(pid_t program) {
  int status;
  for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (ended != program) continue;
    status = told_status(status);
    store_end(status);
    kill_all();
    copy_rest();
    report_end(status);
    return 1;
  }
  return 0;
}

static int hold(void) {
  struct plan plan;
  read_plan(&plan);
  /* Before the start, too: a starter that ends in between finds at least the holder. */
  reserve_files();
  pid_t pid = start_program(&plan);
  write_processes(pid);
  report_start(pid);
  for (;;) {
    int number = next_signal();
    if (number == SIGTERM) signal_program(pid, SIGTERM);
    else if (number == SIGUSR1) signal_program(pid, SIGKILL);
    else if (number > FORWARD) signal_program(pid, number - FORWARD);
    else if (number == SIGCHLD && reap(pid)) return 0;
  }
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "--stay") == 0) stay();
  if (count > 3 && strcmp(arguments[1], "--exec") == 0) {
    if (isatty(0)) ioctl(0, TIOCSCTTY, 0);
    return execute(arguments + 2);
  }
  if (count > 3 && strcmp(arguments[1], "--init") == 0) return run_init(arguments + 2);
  become_holder(count == 2 ? arguments[1] : NULL);
  return hold();
}

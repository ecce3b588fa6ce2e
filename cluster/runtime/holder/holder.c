/*
 * Holds one program: starts it, outlives whoever started the holder, keeps the exit status, and leaves no process behind.
 *
 * With --stay it only stays, for containers without a program. With --exec FILE NAME ARGUMENT... it becomes a program
 * whose first argument is not its file, which a specification of the OCI cannot say.
 *
 * In: the working folder of the holder, and a plan on descriptor 3 (see read_plan).
 *     SIGTERM: ask all processes of the program to end. SIGUSR1: kill them all. 34 + N: send them the signal N.
 * Out: lines on descriptor 4 (started PID, failed ERRNO, refused CODE, exited CODE, signaled NUMBER), and in the working
 *     folder
 *     `processes` (pid of the holder, its start time, pid of the program), `status` (the last line above), and `alive`,
 *     a pipe that is open for writing as long as the holder lives.
 *
 * With a pid file, the file to execute is a starter, such as an OCI runtime: it makes the program, writes its pid, and
 * ends; the program becomes a child of the holder then. A starter that ends otherwise has refused.
 *
 * The environment of the program is in the plan and not the holder's own: a program that may set LD_PRELOAD must not
 * get a library into a holder that runs as root.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PLAN = 3, REPORT = 4, LINE = 128, GROUPS = 256, PATIENCE_NS = 5000000, ROUNDS = 1000, FORWARD = 34 };

struct plan {
  long uid, gid;       /* -1: as the holder */
  long mask;           /* the umask */
  char *groups;        /* supplementary groups, separated by commas */
  char *directory;
  char *pid_file;      /* of a starter; empty for a program */
  char *root;          /* a folder where a starter alone sees the root of the file system again; may be empty */
  char *file;          /* looked up in the PATH of the program */
  char **arguments;    /* with the name of the program first */
  char **environment;
};

static void give_up(const char *what) {
  dprintf(REPORT, "failed %d\n", errno);
  dprintf(2, "holder: %s: %s\n", what, strerror(errno));
  _exit(125);
}

/* Reads all of the plan. The starter closes its end when it has written everything. */
static char *read_all(int fd, size_t *length) {
  size_t size = 65536, used = 0;
  char *bytes = malloc(size);
  for (;;) {
    if (!bytes) give_up("memory");
    ssize_t count = read(fd, bytes + used, size - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) give_up("plan");
    if (count == 0) break;
    used += (size_t)count;
    if (used == size) bytes = realloc(bytes, size *= 2);
  }
  *length = used;
  return bytes;
}

static char *next_text(char **at, char *end) {
  char *text = *at, *stop = memchr(text, 0, (size_t)(end - text));
  if (!stop) {
    errno = EINVAL;
    give_up("the plan ends early");
  }
  *at = stop + 1;
  return text;
}

static char **next_list(char **at, char *end) {
  long count = atol(next_text(at, end));
  char **list = calloc((size_t)count + 1, sizeof *list);
  if (!list) give_up("memory");
  for (long index = 0; index < count; index++) list[index] = next_text(at, end);
  return list;
}

/* The plan: texts that each end with a zero byte, in the order of `struct plan`; a list has its length first. */
static void read_plan(struct plan *plan) {
  size_t length;
  char *at = read_all(PLAN, &length), *end = at + length;
  plan->uid = atol(next_text(&at, end));
  plan->gid = atol(next_text(&at, end));
  plan->mask = strtol(next_text(&at, end), NULL, 8);
  plan->groups = next_text(&at, end);
  plan->directory = next_text(&at, end);
  plan->pid_file = next_text(&at, end);
  plan->root = next_text(&at, end);
  plan->file = next_text(&at, end);
  plan->arguments = next_list(&at, end);
  plan->environment = next_list(&at, end);
  close(PLAN);
}

/* Writes a file under another name first, so that nobody reads half of it. */
static void write_file(const char *name, const char *text) {
  char fresh[NAME_MAX];
  snprintf(fresh, sizeof fresh, "%s.new", name);
  int file = open(fresh, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return;
  ssize_t written = write(file, text, strlen(text));
  close(file);
  if (written == (ssize_t)strlen(text)) rename(fresh, name);
}

static int set_groups(const char *text) {
  gid_t groups[GROUPS];
  size_t count = 0;
  while (*text && count < GROUPS) {
    char *stop;
    groups[count++] = (gid_t)strtoul(text, &stop, 10);
    text = *stop ? stop + 1 : stop;
  }
  return setgroups(count, groups);
}

/*
 * Shows the root of the file system at a folder, in a mount namespace of the caller alone. Mounts that the host makes later
 * are seen there, too; none of ours is seen by the host, and all are gone with the last process that uses them.
 */
static int show_root(const char *folder) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return -1;
  return mount("/", folder, NULL, MS_BIND | MS_REC, NULL);
}

/* Becomes the program. An error is written to the pipe, which closes by itself when the program runs. */
static void become(const struct plan *plan, int failure) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  /* An ignored signal stays ignored in the program, and a shell cannot trap it. */
  signal(SIGPIPE, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  setsid();
  umask((mode_t)plan->mask);
  environ = plan->environment;
  if (*plan->root && show_root(plan->root) != 0) goto failed;
  if (plan->gid >= 0 && (set_groups(plan->groups) != 0 || setgid((gid_t)plan->gid) != 0)) goto failed;
  if (plan->uid >= 0 && setuid((uid_t)plan->uid) != 0) goto failed;
  /* After setuid, which clears it: if the holder is killed, the program ends with it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (chdir(plan->directory) != 0) goto failed;
  execvp(plan->file, plan->arguments);
failed:
  {
    int error = errno;
    if (write(failure, &error, sizeof error) != sizeof error) _exit(126);
    _exit(127);
  }
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

/* The process group that has been signaled as one; 0 for none. */
static pid_t signaled_group;

static void signal_children(pid_t parent, int number);

static void signal_tree(pid_t pid, int number) {
  signal_children(pid, number);
  if (signaled_group == 0 || getpgid(pid) != signaled_group) kill(pid, number);
}

/* Signals the descendants of a process, by the lists that the kernel keeps of children. */
static void signal_children(pid_t parent, int number) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
  DIR *threads = opendir(path);
  if (!threads) return;
  for (struct dirent *entry; (entry = readdir(threads));) {
    if (entry->d_name[0] == '.') continue;
    char list[sizeof path + NAME_MAX + sizeof "/children" + 1];
    snprintf(list, sizeof list, "%s/%s/children", path, entry->d_name);
    FILE *children = fopen(list, "re");
    if (!children) continue;
    for (int pid; fscanf(children, "%d", &pid) == 1;) signal_tree((pid_t)pid, number);
    fclose(children);
  }
  closedir(threads);
}

/*
 * Kills whatever is left. Processes whose parent is gone become children of the holder, so that none gets away; one
 * that the kernel does not let go is given up after some time.
 */
static void kill_all(void) {
  const struct timespec patience = {0, PATIENCE_NS};
  for (int round = 0; round < ROUNDS;) {
    signal_children(getpid(), SIGKILL);
    pid_t ended = waitpid(-1, NULL, WNOHANG);
    if (ended < 0) return;
    if (ended > 0) continue;
    nanosleep(&patience, NULL);
    round++;
  }
}

/*
 * Signals all processes of the program: its process group at one moment, so that a shell does not go on when only what it
 * waits for has ended; then those that have left the group.
 */
static void signal_program(pid_t pid, int number) {
  kill(-pid, number);
  signaled_group = pid;
  signal_children(getpid(), number);
  signaled_group = 0;
}

/* Ends without a program, and says why. */
static void report_failure(const char *word, int value) {
  char line[LINE];
  snprintf(line, sizeof line, "%s %d\n", word, value);
  write_file("status", line);
  dprintf(REPORT, "%s", line);
  _exit(0);
}

static pid_t read_pid(const char *name) {
  int pid = 0;
  FILE *file = fopen(name, "re");
  if (!file) return 0;
  if (fscanf(file, "%d", &pid) != 1) pid = 0;
  fclose(file);
  return pid;
}

/* The program that a starter has made. Its end is seen by the loop of main, however early it is. */
static pid_t started_by(pid_t starter, const char *pid_file) {
  int status;
  while (waitpid(starter, &status, 0) < 0 && errno == EINTR) continue;
  pid_t pid = read_pid(pid_file);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && pid > 0) return pid;
  kill_all();
  report_failure("refused", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}

static pid_t start(const struct plan *plan) {
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0) give_up("pipe");
  pid_t pid = fork();
  if (pid < 0) give_up("fork");
  if (pid == 0) become(plan, failure[1]);
  close(failure[1]);
  int error;
  if (read(failure[0], &error, sizeof error) == sizeof error) report_failure("failed", error);
  close(failure[0]);
  return *plan->pid_file ? started_by(pid, plan->pid_file) : pid;
}

/* Writes whom to signal: the pid of the program is 0 before its start. */
static void write_processes(pid_t pid) {
  char line[LINE];
  snprintf(line, sizeof line, "%d %llu %d\n", (int)getpid(), start_time(), (int)pid);
  write_file("processes", line);
}

static void print_status(int status, char *line) {
  if (WIFSIGNALED(status)) snprintf(line, LINE, "signaled %d\n", WTERMSIG(status));
  else snprintf(line, LINE, "exited %d\n", WEXITSTATUS(status));
}

/*
 * Closes all files but its own. Whoever starts a holder may have files open that are inherited, such as those of LevelDB,
 * and no program may write to them.
 */
static void close_others(void) {
  if (syscall(SYS_close_range, REPORT + 1, ~0U, 0) == 0) return;
  long limit = sysconf(_SC_OPEN_MAX);
  for (int file = REPORT + 1; file < limit; file++) close(file);
}

/* Does nothing, as the process of a container that has none of its own; as its init it leaves no zombies. */
static void stay(void) {
  signal(SIGCHLD, SIG_IGN);
  for (;;) pause();
}

int main(int count, char **arguments) {
  struct plan plan;
  sigset_t handled;
  if (count == 2 && strcmp(arguments[1], "--stay") == 0) stay();
  if (count > 3 && strcmp(arguments[1], "--exec") == 0) {
    execvp(arguments[2], arguments + 3);
    fprintf(stderr, "Failed to execute '%s': %s\n", arguments[2], strerror(errno));
    return errno == ENOENT ? 127 : 126;
  }
  close_others();
  if (count != 2 || chdir(arguments[1]) != 0) give_up("working folder");
  fcntl(PLAN, F_SETFD, FD_CLOEXEC);
  fcntl(REPORT, F_SETFD, FD_CLOEXEC);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  sigemptyset(&handled);
  sigaddset(&handled, SIGCHLD);
  sigaddset(&handled, SIGTERM);
  sigaddset(&handled, SIGUSR1);
  for (int number = 1; number < SIGSYS; number++) sigaddset(&handled, FORWARD + number);
  sigprocmask(SIG_BLOCK, &handled, NULL);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) give_up("subreaper");
  if (mkfifo("alive", 0600) != 0 && errno != EEXIST) give_up("alive");
  /* Open for reading, too, so that this does not wait for a reader. */
  if (open("alive", O_RDWR | O_CLOEXEC) < 0) give_up("alive");
  read_plan(&plan);
  /* Before the start, too: a starter that ends in between finds at least the holder. */
  write_processes(0);
  pid_t pid = start(&plan);
  write_processes(pid);
  char line[LINE];
  dprintf(REPORT, "started %d\n", (int)pid);
  for (;;) {
    int number = sigwaitinfo(&handled, NULL);
    if (number == SIGTERM) signal_program(pid, SIGTERM);
    else if (number == SIGUSR1) signal_program(pid, SIGKILL);
    else if (number > FORWARD) signal_program(pid, number - FORWARD);
    else if (number == SIGCHLD) {
      int status;
      for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (ended != pid) continue;
        print_status(status, line);
        write_file("status", line);
        kill_all();
        dprintf(REPORT, "%s", line);
        return 0;
      }
    }
  }
}

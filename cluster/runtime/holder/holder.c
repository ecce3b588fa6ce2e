/*
 * Holds one program: starts it, outlives whoever started the holder, keeps the exit status, and leaves no process behind.
 *
 * With --stay it only stays, for containers without a program. With --exec FILE NAME ARGUMENT... it becomes a program
 * whose first argument is not its file, which a specification of the OCI cannot say, and whose input, if that is a terminal,
 * controls it. With --init FILE NAME ARGUMENT... it is the first process of a pid namespace, which has that program as a
 * child (see init).
 *
 * In: the working folder of the holder, and a plan on descriptor 3 (see read_plan).
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
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PLAN = 3, REPORT = 4, STATUS = 3, LINE = 128, PATIENCE_NS = 5000000, ROUNDS = 1000, FORWARD = 34 };
enum { READER_PATIENCE_MS = 3000, CLIENT_PATIENCE_MS = 60000 };

static const struct timespec PATIENCE = {0, PATIENCE_NS};

struct plan {
  long uid, gid;       /* -1: as the holder */
  long mask;           /* the umask */
  char *groups;        /* supplementary groups, separated by commas */
  char *directory;
  char *pid_file;      /* of a starter; empty for a program */
  char *init;          /* the file that the init executes which a starter makes; empty when it makes the program itself */
  char *paused;        /* not empty when the init is made and does not run yet */
  char *terminal;      /* rows and columns of a terminal, each 0 for none; empty without a terminal */
  char *io;            /* "attach" or "wait" when others may attach to its input and output; empty otherwise */
  char *root;          /* a folder where a starter alone sees the root of the file system again; may be empty */
  char **mounts;       /* what a starter alone has mounted, three texts each: see make_mount */
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
  plan->init = next_text(&at, end);
  plan->paused = next_text(&at, end);
  plan->terminal = next_text(&at, end);
  plan->io = next_text(&at, end);
  plan->root = next_text(&at, end);
  plan->mounts = next_list(&at, end);
  plan->file = next_text(&at, end);
  plan->arguments = next_list(&at, end);
  plan->environment = next_list(&at, end);
  close(PLAN);
}

/* Writes the text that is to be under this name; 0 when the disk has taken it. */
static int write_fresh(const char *name, const char *text) {
  char fresh[NAME_MAX];
  snprintf(fresh, sizeof fresh, "%s.new", name);
  int file = open(fresh, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  ssize_t length = (ssize_t)strlen(text), written = write(file, text, length);
  /* Cut after that: what was reserved is not given back before it is written again. */
  int cut = ftruncate(file, length);
  if (written >= 0 && written < length) errno = ENOSPC;
  int error = errno;
  close(file);
  errno = error;
  return written == length && cut == 0 ? 0 : -1;
}

/* Writes a file under another name first, so that nobody reads half of it. */
static int write_file(const char *name, const char *text) {
  char fresh[NAME_MAX];
  snprintf(fresh, sizeof fresh, "%s.new", name);
  return write_fresh(name, text) == 0 ? rename(fresh, name) : -1;
}

/* Takes the room of a file that is to be written later, when the disk may be full. */
static int reserve_file(const char *name) {
  char line[LINE];
  memset(line, '\n', sizeof line - 1);
  line[sizeof line - 1] = '\0';
  return write_fresh(name, line);
}

/* Takes all of the groups: with some of them left out, the program might see less, or with a group that denies, more. */
static int set_groups(const char *text) {
  size_t limit = *text ? 1 : 0, count = 0;
  for (const char *at = text; *at; at++) limit += *at == ',';
  gid_t *groups = calloc(limit + 1, sizeof *groups);
  if (!groups) return -1;
  while (*text && count < limit) {
    char *stop;
    groups[count++] = (gid_t)strtoul(text, &stop, 10);
    text = *stop ? stop + 1 : stop;
  }
  int result = setgroups(count, groups);
  free(groups);
  return result;
}

/*
 * Mounts a file system of an image: with options an overlay, whose layers these name relative to their folder; without, a
 * folder on itself. No device of an image can be opened.
 */
static int make_mount(const char *folder, const char *layers, const char *options) {
  if (*options) return chdir(layers) == 0 ? mount("overlay", folder, "overlay", MS_NODEV, options) : -1;
  if (mount(folder, folder, NULL, MS_BIND, NULL) != 0) return -1;
  return mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL);
}

/*
 * Makes the mounts of a plan in a mount namespace of the caller alone: the root of the file system at a folder, and those of
 * images. Mounts that the host makes later are seen there, too; none of ours is seen by the host, and all are gone with the
 * last process that uses them.
 */
static int make_mounts(const struct plan *plan) {
  if (!*plan->root && !plan->mounts[0]) return 0;
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return -1;
  if (*plan->root && mount("/", plan->root, NULL, MS_BIND | MS_REC, NULL) != 0) return -1;
  for (char **mounts = plan->mounts; mounts[0] && mounts[1] && mounts[2]; mounts += 3)
    if (make_mount(mounts[0], mounts[1], mounts[2]) != 0) return -1;
  return 0;
}

/* The pipe on which the init tells two numbers: why it cannot start the program, or 0; and how that ended, as for wait(). */
static int init_pipe[2] = {-1, -1};
static int told;

/* Reads the next number of the init; false when there is none. */
static int read_told(int *number) {
  ssize_t length;
  while ((length = read(init_pipe[0], number, sizeof *number)) < 0 && errno == EINTR) continue;
  if (length != sizeof *number) return 0;
  told++;
  return 1;
}

/* The terminal of the program, and the end that the program has: it stays open, so that the terminal does. */
static int terminal = -1, terminal_end = -1;

static int open_terminal(const struct plan *plan) {
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

/* What the program has written, and is not in its file yet. Nothing more is read of a source before. */
static struct source {
  int file;      /* the terminal, or a pipe; -1 for none */
  int target;    /* the file of the output */
  char kind;     /* of its frames */
  int is_open;
  size_t at, end;
  char bytes[4096];
} sources[2] = {{.file = -1, .target = 1, .kind = 'o'}, {.file = -1, .target = 2, .kind = 'e'}};

/* Frames have a kind, the length of what follows in 4 bytes, the lowest first, and that. */
enum { HEAD = 5, PAYLOAD = 4096, QUEUE = 65536 };

/* Whoever is attached to the program, one at a time; the program's input, -1 for none or after its end. */
static int listener = -1, client = -1, input = -1;
/* Nothing is read before somebody has been attached; a reader who takes nothing is waited for. */
static int is_waiting, is_patient;
/* Frames for the client; one of the client, of which what follows `input_at` is still to be written. */
static char queue[QUEUE], frame[HEAD + PAYLOAD];
static size_t queue_at, queue_end, frame_length, input_at;
static long long progress_at;

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The ends of pipes that the program gets. */
static int program_files[3] = {-1, -1, -1};

static int open_pipes(const struct plan *plan) {
  for (int file = 0; file <= 2; file++) {
    int ends[2], is_input = file == 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    int own = ends[is_input];
    program_files[file] = ends[!is_input];
    if (fcntl(own, F_SETFL, O_NONBLOCK) != 0) return -1;
    if (plan->uid >= 0 && fchown(program_files[file], (uid_t)plan->uid, (gid_t)-1) != 0) return -1;
    if (is_input) input = own;
    else sources[file - 1].file = own;
  }
  return 0;
}

/* Opens what others attach to: a socket in the working folder, whose path may be too long for an address. */
static int listen_for_clients(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "io"};
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0 || (unlink("io") != 0 && errno != ENOENT)) return -1;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return chmod("io", 0600) != 0 ? -1 : listen(listener, 4);
}

static int open_streams(const struct plan *plan) {
  if (*plan->terminal) {
    if (open_terminal(plan) != 0) return -1;
    input = sources[0].file = terminal;
  } else if (*plan->io && open_pipes(plan) != 0) return -1;
  for (int index = 0; index < 2; index++) sources[index].is_open = sources[index].file >= 0;
  is_waiting = is_patient = strcmp(plan->io, "wait") == 0;
  return *plan->io ? listen_for_clients() : 0;
}

/*
 * Where output goes. A pipe is opened once more: only so does a write to it never wait without a change for all others
 * who have it open.
 */
static int open_target(const struct source *source) {
  static int files[3] = {-1, -1, -1};
  int target = source->target;
  char path[32];
  struct stat about;
  if (files[target] >= 0) return files[target];
  snprintf(path, sizeof path, "/proc/self/fd/%d", target);
  if (fstat(target, &about) == 0 && S_ISFIFO(about.st_mode))
    files[target] = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  return files[target] = files[target] < 0 ? target : files[target];
}

static int has_room(void) {
  return client < 0 || QUEUE - queue_end >= HEAD + PAYLOAD;
}

static void drop_client(void) {
  if (client >= 0) close(client);
  client = -1;
  queue_at = queue_end = frame_length = input_at = 0;
}

static void add_frame(const struct source *source) {
  if (client < 0) return;
  char *at = queue + queue_end;
  *at++ = source->kind;
  for (int shift = 0; shift < 32; shift += 8) *at++ = (char)(source->end >> shift);
  memcpy(at, source->bytes, source->end);
  if (queue_at == queue_end) progress_at = now_ms();
  queue_end += HEAD + source->end;
}

static void read_source(struct source *source) {
  ssize_t length = read(source->file, source->bytes, sizeof source->bytes);
  if (length < 0 && (errno == EINTR || errno == EAGAIN)) return;
  source->is_open = length > 0;
  source->at = 0;
  source->end = length > 0 ? (size_t)length : 0;
  if (length > 0) add_frame(source);
}

/* What cannot be written, such as to a full disk, is lost. What cannot be written yet stays. */
static void write_source(struct source *source) {
  int file = open_target(source);
  size_t length = source->end - source->at;
  ssize_t count = send(file, source->bytes + source->at, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno == ENOTSOCK) count = write(file, source->bytes + source->at, length);
  if (count > 0) source->at += (size_t)count;
  else if (count == 0 || (errno != EINTR && errno != EAGAIN)) source->at = source->end;
}

static void write_queue(void) {
  ssize_t count = send(client, queue + queue_at, queue_end - queue_at, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EINTR && errno != EAGAIN) return drop_client();
  if (count <= 0) return;
  progress_at = now_ms();
  queue_at += (size_t)count;
  memmove(queue, queue + queue_at, queue_end - queue_at);
  queue_end -= queue_at;
  queue_at = 0;
}

/* The last one to come is attached: the agent of the one before is gone. */
static void accept_client(void) {
  int file = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (file < 0) return;
  drop_client();
  client = file;
  is_waiting = 0;
}

static void end_input(void) {
  if (input >= 0 && input != terminal) close(input);
  if (input != terminal) input = -1;
}

/* A terminal has no end of its input but the one that is typed. */
static void obey_frame(size_t length) {
  struct winsize size = {0};
  char text[32] = "";
  if (frame[0] == 'i' && length > 0 && input >= 0) {
    input_at = HEAD;
    return;
  }
  if (frame[0] == 'z') end_input();
  if (frame[0] == 'w' && length < sizeof text) {
    memcpy(text, frame + HEAD, length);
    if (sscanf(text, "%hu %hu", &size.ws_row, &size.ws_col) == 2 && terminal >= 0) ioctl(terminal, TIOCSWINSZ, &size);
  }
  frame_length = 0;
}

static size_t payload_length(void) {
  size_t length = 0;
  for (int index = 4; index > 0; index--) length = length << 8 | (unsigned char)frame[index];
  return length;
}

static void read_client(void) {
  size_t wanted = frame_length < HEAD ? HEAD : HEAD + payload_length();
  ssize_t length = read(client, frame + frame_length, wanted - frame_length);
  if (length < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (length <= 0) return drop_client();
  frame_length += (size_t)length;
  if (frame_length < HEAD) return;
  size_t payload = payload_length();
  if (payload > PAYLOAD) return drop_client();
  if (frame_length == HEAD + payload) obey_frame(payload);
}

/* A program that reads no more input gets none. */
static void write_input(void) {
  ssize_t count = write(input, frame + input_at, frame_length - input_at);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count < 0) end_input();
  input_at = count < 0 ? frame_length : input_at + (size_t)count;
  if (input_at == frame_length) input_at = frame_length = 0;
}

static int is_full(const struct source *source) {
  return source->at < source->end;
}

/* A client who takes nothing does not keep the program from going on, unless it is the program's purpose. */
static int patience_with_client(int milliseconds) {
  if (is_patient || client < 0 || has_room()) return milliseconds;
  long long left = progress_at + READER_PATIENCE_MS - now_ms();
  if (left <= 0) drop_client();
  return left > 0 && (milliseconds < 0 || left < milliseconds) ? (int)left : milliseconds;
}

/* Copies output and input as far as it can without waiting, once a file is ready; false when none was within the time. */
static int copy_streams(int signals, int milliseconds, int *has_signal) {
  int patience = patience_with_client(milliseconds), may_read = !is_waiting && has_room();
  struct source *first = sources, *second = sources + 1;
  int wants_input = client >= 0 && input_at == 0;
  int wants_output = client >= 0 && queue_end > queue_at;
  struct pollfd files[] = {
    {signals, POLLIN, 0},
    {first->is_open && may_read && !is_full(first) ? first->file : -1, POLLIN, 0},
    {second->is_open && may_read && !is_full(second) ? second->file : -1, POLLIN, 0},
    {is_full(first) ? open_target(first) : -1, POLLOUT, 0},
    {is_full(second) ? open_target(second) : -1, POLLOUT, 0},
    {listener, POLLIN, 0},
    {client, (short)((wants_input ? POLLIN : 0) | (wants_output ? POLLOUT : 0)), 0},
    {input_at > 0 ? input : -1, POLLOUT, 0},
  };
  int ready = poll(files, sizeof files / sizeof *files, patience);
  if (ready <= 0) return ready < 0 || patience != milliseconds;
  *has_signal = files[0].revents != 0;
  if (files[1].revents) read_source(first);
  /* Both at once may be more than there is room for. */
  if (files[2].revents && has_room()) read_source(second);
  if (files[3].revents) write_source(first);
  if (files[4].revents) write_source(second);
  if (client >= 0 && files[6].revents & POLLOUT) write_queue();
  if (client >= 0 && wants_input && files[6].revents & (POLLIN | POLLHUP | POLLERR)) read_client();
  else if (client >= 0 && files[6].revents & (POLLHUP | POLLERR)) drop_client();
  if (files[7].revents && input_at > 0) write_input();
  if (files[5].revents) accept_client();
  return 1;
}

static int signal_file(const sigset_t *handled) {
  static int signals = -1;
  if (signals < 0) signals = signalfd(-1, handled, SFD_CLOEXEC | SFD_NONBLOCK);
  return signals;
}

/* Reads a signal that is there; 0 for none. */
static int read_signal(int signals) {
  struct signalfd_siginfo info;
  return read(signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

/*
 * The terminal and the pipes buffer less than it copies here; somebody else may have them open. A reader that takes nothing
 * is given up after some time, a patient holder waits until it leaves, or until it is to kill what there is.
 */
static void copy_rest(const sigset_t *handled) {
  int signals = signal_file(handled), has_signal = 0;
  for (int round = 0; round < 2 * ROUNDS; round++) {
    int is_pending = queue_end > queue_at || is_full(sources) || is_full(sources + 1);
    if (!is_pending && !sources[0].is_open && !sources[1].is_open) return;
    int patience = is_waiting ? CLIENT_PATIENCE_MS : !is_pending ? 0 : is_patient ? -1 : READER_PATIENCE_MS;
    if (!copy_streams(signals, patience, &has_signal)) {
      if (!is_waiting) return;
      is_waiting = 0;
    }
    if (!has_signal) continue;
    int number = read_signal(signals);
    if (number == SIGUSR1 || number == FORWARD + SIGKILL) return;
  }
}

static int has_streams(void) {
  return sources[0].file >= 0;
}

/* Gives the caller the terminal. A starter must not control it: when that ended, the kernel would take it away. */
static int take_terminal(const struct plan *plan) {
  for (int file = 0; file <= 2; file++)
    if (dup2(terminal_end, file) < 0) return -1;
  return *plan->pid_file ? 0 : ioctl(0, TIOCSCTTY, 0);
}

/* Gives the caller the pipes, of which it has ends above its own files. */
static int take_pipes(void) {
  for (int file = 0; file <= 2; file++)
    if (dup2(program_files[file], file) < 0) return -1;
  return 0;
}

static void leave_pipes(void) {
  for (int file = 0; file <= 2; file++)
    if (program_files[file] >= 0) close(program_files[file]);
}

/* Becomes the program. An error is written to the pipe, which closes by itself when the program runs. */
static void become(const struct plan *plan, int failure, pid_t holder) {
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
  if (terminal >= 0 && take_terminal(plan) != 0) goto failed;
  if (program_files[0] >= 0 && take_pipes() != 0) goto failed;
  if (make_mounts(plan) != 0) goto failed;
  if (plan->gid >= 0 && (set_groups(plan->groups) != 0 || setgid((gid_t)plan->gid) != 0)) goto failed;
  if (plan->uid >= 0 && setuid((uid_t)plan->uid) != 0) goto failed;
  /* After setuid, which clears it: if the holder is killed, the program ends with it. It may have been killed before. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != holder) _exit(127);
  if (chdir(plan->directory) != 0) goto failed;
  if (*plan->init && init_pipe[1] != STATUS && dup2(init_pipe[1], STATUS) < 0) goto failed;
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

/* The process group that has been signaled as one, and the process that gets no signal; 0 for none. */
static pid_t signaled_group, spared;

static void signal_children(pid_t parent, int number);

static void signal_tree(pid_t pid, int number) {
  signal_children(pid, number);
  if (pid != spared && (signaled_group == 0 || getpgid(pid) != signaled_group)) kill(pid, number);
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
  for (int round = 0; round < ROUNDS;) {
    signal_children(getpid(), SIGKILL);
    pid_t ended = waitpid(-1, NULL, WNOHANG);
    if (ended < 0) return;
    if (ended > 0) continue;
    nanosleep(&PATIENCE, NULL);
    round++;
  }
}

static pid_t read_pid(const char *name) {
  int pid = 0;
  FILE *file = fopen(name, "re");
  if (!file) return 0;
  if (fscanf(file, "%d", &pid) != 1) pid = 0;
  fclose(file);
  return pid;
}

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
    nanosleep(&PATIENCE, NULL);
    pid = child_of_init(init);
  }
  return pid > 0 ? pid : init;
}

/*
 * Signals all processes of the program: its process group at one moment, so that a shell does not go on when only what it
 * waits for has ended; then those that have left the group. An init would forward a signal once more and gets none; when
 * it is killed, the kernel kills its whole namespace.
 */
static void signal_program(pid_t pid, int number) {
  pid_t leader = init_pipe[0] < 0 || number == SIGKILL ? pid : program_of(pid);
  /* The output of what is killed is nobody's to wait for. */
  if (number == SIGKILL) is_waiting = is_patient = 0;
  spared = leader == pid ? 0 : pid;
  kill(-leader, number);
  signaled_group = leader;
  signal_children(getpid(), number);
  signaled_group = spared = 0;
}

/* Ends without a program, and says why. */
static void report_failure(const char *word, int value) {
  char line[LINE];
  snprintf(line, sizeof line, "%s %d\n", word, value);
  write_file("status", line);
  dprintf(REPORT, "%s", line);
  _exit(0);
}

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

static pid_t start(const struct plan *plan) {
  int failure[2];
  if (open_streams(plan) != 0) report_failure("failed", errno);
  if (*plan->init && pipe2(init_pipe, O_CLOEXEC) != 0) give_up("pipe");
  if (pipe2(failure, O_CLOEXEC) != 0) give_up("pipe");
  pid_t holder = getpid(), pid = fork();
  if (pid < 0) give_up("fork");
  if (pid == 0) become(plan, failure[1], holder);
  close(failure[1]);
  leave_pipes();
  if (*plan->init) close(init_pipe[1]);
  int error;
  if (read(failure[0], &error, sizeof error) == sizeof error) report_failure("failed", error);
  close(failure[0]);
  return *plan->pid_file ? started_by(pid, plan) : pid;
}

/* Writes whom to signal: the pid of the program is 0 before its start. */
static int write_processes(pid_t pid) {
  char line[LINE];
  snprintf(line, sizeof line, "%d %llu %d\n", (int)getpid(), start_time(), (int)pid);
  return write_file("processes", line);
}

/* What a later agent needs to find the program and its end. Without room for it no program is started. */
static void reserve_files(void) {
  if (write_processes(0) != 0 || reserve_file("processes") != 0 || reserve_file("status") != 0)
    report_failure("failed", errno);
}

/* The end of the program, where the init has told it: it had no time to when it was killed. */
static int told_status(int status) {
  if (init_pipe[0] < 0) return status;
  fcntl(init_pipe[0], F_SETFL, O_NONBLOCK);
  int number;
  while (told < 2 && read_told(&number))
    if (told == 2) return number;
  return status;
}

/* Waits for a signal, and copies output and input meanwhile. */
static int next_signal(const sigset_t *handled) {
  int signals = has_streams() ? signal_file(handled) : -1;
  if (signals < 0) return sigwaitinfo(handled, NULL);
  for (;;) {
    int has_signal = 0;
    copy_streams(signals, -1, &has_signal);
    int number = has_signal ? read_signal(signals) : 0;
    if (number > 0) return number;
  }
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

/*
 * Keeps the files of an init from programs of its user: they could open its pipe by /proc, and tell a false end. It ends
 * with execve, so that the programs themselves stay as they are.
 */
static void hide(void) {
  prctl(PR_SET_DUMPABLE, 0);
}

/* Does nothing, as the process of a container that has none of its own; as its init it leaves no zombies. */
static void stay(void) {
  hide();
  signal(SIGCHLD, SIG_IGN);
  for (;;) pause();
}

/* Becomes the program of an init or of --exec. Errors are told as a shell tells them. */
static int execute(char **arguments) {
  execvp(arguments[0], arguments + 1);
  int error = errno;
  fprintf(stderr, "Failed to execute '%s': %s\n", arguments[0], strerror(error));
  errno = error;
  return error == ENOENT ? 127 : 126;
}

static void tell(int number) {
  /* Without a pipe, such as when it was started by hand, there is nobody to tell. */
  if (write(STATUS, &number, sizeof number) < 0) return;
}

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

/* Starts the child. The number that is told is 0 once its program runs. */
static pid_t start_child(char **arguments, const sigset_t *mask) {
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

/*
 * The first process of a pid namespace: starts the program as its child, forwards signals to the process group of that,
 * reaps orphans, and ends with it; the kernel then kills what is left. The kernel ignores signals that the first process has
 * no handler for, so a program should not be it.
 */
static int init(char **arguments) {
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
    int status, number = sigwaitinfo(&all, NULL);
    if (number > 0 && number != SIGCHLD) {
      if (kill(-child, number) != 0) kill(child, number);
      continue;
    }
    /* It waits in the kernel where it may not wait for signals. */
    for (pid_t ended; (ended = waitpid(-1, &status, number < 0 && errno != EINTR ? 0 : WNOHANG)) > 0;) {
      if (ended != child) continue;
      tell(status);
      return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
  }
}

int main(int count, char **arguments) {
  struct plan plan;
  sigset_t handled;
  if (count == 2 && strcmp(arguments[1], "--stay") == 0) stay();
  if (count > 3 && strcmp(arguments[1], "--exec") == 0) {
    if (isatty(0)) ioctl(0, TIOCSCTTY, 0);
    return execute(arguments + 2);
  }
  if (count > 3 && strcmp(arguments[1], "--init") == 0) return init(arguments + 2);
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
  reserve_files();
  pid_t pid = start(&plan);
  write_processes(pid);
  char line[LINE];
  dprintf(REPORT, "started %d\n", (int)pid);
  for (;;) {
    int number = next_signal(&handled);
    if (number == SIGTERM) signal_program(pid, SIGTERM);
    else if (number == SIGUSR1) signal_program(pid, SIGKILL);
    else if (number > FORWARD) signal_program(pid, number - FORWARD);
    else if (number == SIGCHLD) {
      int status;
      for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (ended != pid) continue;
        print_status(told_status(status), line);
        write_file("status", line);
        kill_all();
        copy_rest(&handled);
        dprintf(REPORT, "%s", line);
        return 0;
      }
    }
  }
}

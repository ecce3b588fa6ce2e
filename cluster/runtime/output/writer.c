/*
 * Writes the output of a program to files of bounded size: stdout and stderr in a folder, older text in stdout.1 and so on.
 *
 * In: arguments FOLDER UID GID, and for stdout and then stderr: the most bytes of a file, and the number of older files.
 *     UID and GID are -1 for files of our own user.
 * Out: on descriptor 3 one line with the two descriptors to write to, which the starter opens by /proc/PID/fd. When the
 *     starter closes descriptor 3, also by its end, these are closed here; then the writer ends with the last one who has
 *     them open.
 * Always true: only files in the folder are opened, made, renamed or removed, although its user may put links there; what
 *     is not a plain file of this user alone is never written to. Output that cannot be written is dropped, so that nobody
 *     who writes ever waits for a disk that is full.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CONTROL = 3, STREAMS = 2, CHUNK = 65536, NAME = 64, TRIES = 10, MODE = 0640 };

struct stream {
  const char *name;
  int input;      /* the end of the pipe that is read; -1 when nobody writes any more */
  int file;       /* -1 while there is none */
  long long most; /* bytes of a file */
  long long size;
  long older;     /* number of older files */
};

static int folder;
static long uid, gid;

static void give_up(const char *what) {
  dprintf(2, "writer: %s: %m\n", what);
  _exit(125);
}

/* Makes the file. Whatever has its name is removed, never opened: only a file of our own making may change its owner. */
static int create(const char *name) {
  for (int try = 0; try < TRIES; try++) {
    int file = openat(folder, name, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC, MODE);
    if (file >= 0) {
      fchmod(file, MODE);
      if (uid >= 0 && fchown(file, (uid_t)uid, (gid_t)gid) != 0) {
        close(file);
        return -1;
      }
      return file;
    }
    if (errno != EEXIST || unlinkat(folder, name, 0) != 0) return -1;
  }
  return -1;
}

/* Opens the file that is there, if it is a plain file of the user with no other name. */
static int open_present(struct stream *stream) {
  struct stat found;
  int file = openat(folder, stream->name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return -1;
  uid_t owner = uid >= 0 ? (uid_t)uid : geteuid();
  if (fstat(file, &found) == 0 && S_ISREG(found.st_mode) && found.st_nlink == 1 && found.st_uid == owner) {
    stream->size = found.st_size;
    return file;
  }
  close(file);
  return -1;
}

static void numbered(char *text, const char *name, long number) {
  snprintf(text, NAME, "%s.%ld", name, number);
}

/* Renames the file and the older ones. Returns false when the file keeps its name. */
static int rename_files(const struct stream *stream) {
  char from[NAME], to[NAME];
  if (stream->older == 0) return unlinkat(folder, stream->name, 0) == 0;
  for (long number = stream->older - 1; number > 0; number--) {
    numbered(from, stream->name, number);
    numbered(to, stream->name, number + 1);
    renameat(folder, from, folder, to);
  }
  numbered(to, stream->name, 1);
  return renameat(folder, stream->name, folder, to) == 0;
}

/* Begins a new file. One that can be neither renamed nor removed is emptied, so that the bound holds. */
static void rotate(struct stream *stream) {
  if (rename_files(stream)) {
    if (stream->file >= 0) close(stream->file);
    stream->file = create(stream->name);
  } else if (stream->file < 0 || ftruncate(stream->file, 0) != 0) {
    if (stream->file >= 0) close(stream->file);
    stream->file = create(stream->name);
  }
  stream->size = 0;
}

static void append(struct stream *stream, const char *bytes, size_t length) {
  if (stream->size > 0 && stream->size + (long long)length > stream->most) rotate(stream);
  if (stream->file < 0) stream->file = create(stream->name);
  while (length > 0) {
    ssize_t count = write(stream->file, bytes, length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    stream->size += count;
    bytes += count;
    length -= (size_t)count;
  }
}

/* Reads once. A chunk is never larger than a file may be. */
static void pass_on(struct stream *stream) {
  static char bytes[CHUNK];
  size_t most = stream->most < CHUNK ? (size_t)stream->most : CHUNK;
  ssize_t count = read(stream->input, bytes, most);
  if (count > 0) return append(stream, bytes, (size_t)count);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  close(stream->input);
  stream->input = -1;
}

/* The starter's signals, session and open files are not ours: stores must not be held open by a writer. */
static void leave_starter(void) {
  if (syscall(SYS_close_range, CONTROL + 1, ~0U, 0) != 0)
    for (long file = CONTROL + 1, limit = sysconf(_SC_OPEN_MAX); file < limit; file++) close((int)file);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  setsid();
  umask(0);
}

/* True while the starter has not closed its end. */
static int is_open(int control) {
  char byte;
  ssize_t count = read(control, &byte, 1);
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

int main(int count, char **arguments) {
  struct stream streams[STREAMS] = {{.name = "stdout"}, {.name = "stderr"}};
  int outputs[STREAMS];
  if (count != 8) give_up("arguments");
  leave_starter();
  folder = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) give_up(arguments[1]);
  uid = atol(arguments[2]);
  gid = atol(arguments[3]);
  for (int index = 0; index < STREAMS; index++) {
    struct stream *stream = &streams[index];
    int ends[2];
    stream->most = atoll(arguments[4 + 2 * index]);
    stream->older = atol(arguments[5 + 2 * index]);
    stream->file = open_present(stream);
    if (stream->file < 0) stream->file = create(stream->name);
    if (stream->file < 0) give_up(stream->name);
    if (pipe2(ends, O_CLOEXEC) != 0) give_up("pipe");
    stream->input = ends[0];
    outputs[index] = ends[1];
  }
  dprintf(CONTROL, "%d %d\n", outputs[0], outputs[1]);
  int control = CONTROL;
  while (control >= 0 || streams[0].input >= 0 || streams[1].input >= 0) {
    struct pollfd polled[] = {{control, POLLIN, 0}, {streams[0].input, POLLIN, 0}, {streams[1].input, POLLIN, 0}};
    if (poll(polled, 1 + STREAMS, -1) < 0) continue;
    for (int index = 0; index < STREAMS; index++)
      if (polled[1 + index].revents != 0) pass_on(&streams[index]);
    if (polled[0].revents == 0 || is_open(control)) continue;
    close(control);
    control = -1;
    for (int index = 0; index < STREAMS; index++) close(outputs[index]);
  }
  return 0;
}

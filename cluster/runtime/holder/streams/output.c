/*
 * Reads the output of the program, for its file and for the client, and writes it to the file.
 *
 * Always true: no write waits.
 */

#define _GNU_SOURCE
#include "output.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "client.h"

struct source sources[2] = {{.file = -1, .target = 1, .kind = 'o'}, {.file = -1, .target = 2, .kind = 'e'}};

int open_target(const struct source *source) {
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

void read_source(struct source *source) {
  ssize_t length = read(source->file, source->bytes, sizeof source->bytes);
  if (length < 0 && (errno == EINTR || errno == EAGAIN)) return;
  source->is_open = length > 0;
  source->at = 0;
  source->end = length > 0 ? (size_t)length : 0;
  if (length > 0) add_frame(source->kind, source->bytes, source->end);
}

void write_source(struct source *source) {
  int file = open_target(source);
  size_t length = source->end - source->at;
  ssize_t count = send(file, source->bytes + source->at, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno == ENOTSOCK) count = write(file, source->bytes + source->at, length);
  if (count > 0) source->at += (size_t)count;
  else if (count == 0 || (errno != EINTR && errno != EAGAIN)) source->at = source->end;
}

int is_full(const struct source *source) {
  return source->at < source->end;
}

/*
 * Passes the bytes of one TCP connection on, in the network namespace of another process.
 *
 * In: arguments: the file of the namespace (/proc/PID/ns/net), an IP address, a port. Bytes to send on descriptor 0.
 * Out: on descriptor 1 a `+` once it is connected, and then what the peer sends. Without a connection it exits with the
 *     error number of the last attempt.
 * Always true: it enters the namespace as root, and is nobody before it connects. Neither direction waits for the other,
 *     and the end of one does not end the other.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 65536, NOBODY = 65534 };

static int give_up(void) {
  _exit(errno > 0 && errno < 256 ? errno : EIO);
}

static int connect_to(const char *address, int port) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
  int is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1) {
    errno = EINVAL;
    give_up();
  }
  int peer = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (peer < 0) give_up();
  const struct sockaddr *name = is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
  if (connect(peer, name, is_v4 ? sizeof v4 : sizeof v6) != 0) give_up();
  return peer;
}

/* Gives up what only entering the namespace needs. setuid clears the capabilities, too. */
static void become_nobody(void) {
  if (geteuid() != 0) return;
  if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0) give_up();
}

/* One of the two directions, with what is read and not written yet. Nothing more is read before. */
struct direction {
  int from, to;
  int is_open;
  size_t at, end;
  char bytes[BUFFER];
};

static int is_full(const struct direction *way) {
  return way->at < way->end;
}

static int is_temporary(void) {
  return errno == EINTR || errno == EAGAIN;
}

/* What a direction waits for; a file of -1 for nothing. */
static struct pollfd wait_of(const struct direction *way) {
  struct pollfd reads = {way->from, POLLIN, 0}, writes = {way->to, POLLOUT, 0}, nothing = {-1, 0, 0};
  return !way->is_open ? nothing : is_full(way) ? writes : reads;
}

/*
 * Reads or writes once, without waiting. The direction closes at the end of what there is to read, and with an error. True
 * when nothing can be read any more because of an error.
 */
static int pass(struct direction *way) {
  if (!is_full(way)) {
    ssize_t count = read(way->from, way->bytes, BUFFER);
    if (count == 0 || (count < 0 && !is_temporary())) way->is_open = 0;
    if (!way->is_open) return count < 0;
    way->at = 0;
    way->end = count > 0 ? (size_t)count : 0;
  }
  if (!is_full(way)) return 0;
  ssize_t count = write(way->to, way->bytes + way->at, way->end - way->at);
  if (count < 0 && !is_temporary()) way->is_open = 0;
  if (count > 0) way->at += (size_t)count;
  return 0;
}

/* Makes reads and writes fail that would wait. */
static void never_wait(int file) {
  int flags = fcntl(file, F_GETFL);
  if (flags < 0 || fcntl(file, F_SETFL, flags | O_NONBLOCK) != 0) give_up();
}

/*
 * Passes on until both directions have ended, each of which is closed at its end: a peer that sends nothing more may still
 * read. One that has reset the connection does neither.
 */
static void relay(int peer) {
  static struct direction there = {.from = 0, .is_open = 1}, back = {.to = 1, .is_open = 1};
  there.to = back.from = peer;
  while (there.is_open || back.is_open) {
    struct pollfd files[] = {wait_of(&there), wait_of(&back)};
    if (poll(files, 2, -1) < 0) {
      if (errno != EINTR) give_up();
      continue;
    }
    if (files[0].revents) {
      pass(&there);
      if (!there.is_open) shutdown(peer, SHUT_WR);
    }
    if (files[1].revents) {
      if (pass(&back)) return;
      if (!back.is_open) close(1);
    }
  }
}

int main(int count, char **arguments) {
  if (count != 4) return EINVAL;
  signal(SIGPIPE, SIG_IGN);
  int space = open(arguments[1], O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNET) != 0) give_up();
  close(space);
  become_nobody();
  int peer = connect_to(arguments[2], atoi(arguments[3]));
  if (write(1, "+", 1) != 1) return EPIPE;
  for (int file = 0; file <= 1; file++) never_wait(file);
  never_wait(peer);
  relay(peer);
  return 0;
}

/*
 * Passes the bytes of one TCP connection on, in the network namespace of another process.
 *
 * In: arguments: the file of the namespace (/proc/PID/ns/net), an IP address, a port. Bytes to send on descriptor 0.
 * Out: on descriptor 1 a `+` once it is connected, and then what the peer sends. Without a connection it exits with the
 *     error number of the last attempt.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 65536 };

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

/* Copies what is there; 0 at the end. */
static int copy(int from, int to) {
  char bytes[BUFFER];
  ssize_t count = read(from, bytes, sizeof bytes);
  if (count < 0 && errno == EINTR) return 1;
  for (ssize_t done = 0; done < count;) {
    ssize_t written = write(to, bytes + done, (size_t)(count - done));
    if (written < 0 && errno != EINTR) return 0;
    if (written > 0) done += written;
  }
  return count > 0;
}

int main(int count, char **arguments) {
  if (count != 4) return EINVAL;
  signal(SIGPIPE, SIG_IGN);
  int space = open(arguments[1], O_RDONLY | O_CLOEXEC);
  if (space < 0 || setns(space, CLONE_NEWNET) != 0) give_up();
  int peer = connect_to(arguments[2], atoi(arguments[3]));
  if (write(1, "+", 1) != 1) return EPIPE;
  struct pollfd ends[2] = {{.fd = 0, .events = POLLIN}, {.fd = peer, .events = POLLIN}};
  while (ends[1].fd >= 0) {
    if (poll(ends, 2, -1) < 0 && errno != EINTR) give_up();
    if (ends[0].revents && !copy(0, peer)) {
      shutdown(peer, SHUT_WR);
      ends[0].fd = -1;
    }
    if (ends[1].revents && !copy(peer, 1)) ends[1].fd = -1;
  }
  return 0;
}

/*
 * Attaches one client after the other, by a socket in the working folder.
 *
 * Out: the socket `io`, for our own user.
 */

#define _GNU_SOURCE
#include "client.h"
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "frame-queue.h"
#include "input.h"

struct client client = {.listener = -1, .file = -1};

int listen_for_clients(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "io"};
  client.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (client.listener < 0 || (unlink("io") != 0 && errno != ENOENT)) return -1;
  if (bind(client.listener, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  return chmod("io", 0600) != 0 ? -1 : listen(client.listener, 4);
}

void drop_client(void) {
  if (client.file >= 0) close(client.file);
  client.file = -1;
  clear_queue();
  clear_frame();
}

void accept_client(void) {
  int file = accept4(client.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (file < 0) return;
  drop_client();
  client.file = file;
  client.is_awaited = 0;
}

int has_room(void) {
  return client.file < 0 || queue_has_room();
}

void add_frame(char kind, const char *bytes, size_t length) {
  if (client.file >= 0) add_to_queue(kind, bytes, length);
}

void write_client(void) {
  if (write_queue(client.file) != 0) drop_client();
}

void read_client(void) {
  if (read_frame(client.file) != 0) drop_client();
}

int patience_with_client(int milliseconds) {
  if (client.is_patient || client.file < 0 || has_room()) return milliseconds;
  long long left = READER_PATIENCE_MS - queue_waits_ms();
  if (left <= 0) drop_client();
  return left > 0 && (milliseconds < 0 || left < milliseconds) ? (int)left : milliseconds;
}

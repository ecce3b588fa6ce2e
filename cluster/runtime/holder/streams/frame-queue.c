/*
 * Queues frames of output for the client until it reads them.
 */

#define _GNU_SOURCE
#include "frame-queue.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { QUEUE = 65536 };

static char queue[QUEUE];
static size_t queue_at, queue_end;
static long long progress_at;

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int queue_has_room(void) {
  return QUEUE - queue_end >= HEAD + PAYLOAD;
}

int queue_has_frames(void) {
  return queue_end > queue_at;
}

void add_to_queue(char kind, const char *bytes, size_t length) {
  char *at = queue + queue_end;
  *at++ = kind;
  for (int shift = 0; shift < 32; shift += 8) *at++ = (char)(length >> shift);
  memcpy(at, bytes, length);
  if (queue_at == queue_end) progress_at = now_ms();
  queue_end += HEAD + length;
}

int write_queue(int file) {
  ssize_t count = send(file, queue + queue_at, queue_end - queue_at, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno != EINTR && errno != EAGAIN) return -1;
  if (count <= 0) return 0;
  progress_at = now_ms();
  queue_at += (size_t)count;
  memmove(queue, queue + queue_at, queue_end - queue_at);
  queue_end -= queue_at;
  queue_at = 0;
  return 0;
}

void clear_queue(void) {
  queue_at = queue_end = 0;
}

long long queue_waits_ms(void) {
  return now_ms() - progress_at;
}

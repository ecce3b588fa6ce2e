/*
 * Counts the events of memory pressure of cgroups v1, which the kernel tells by file descriptors alone (eventfd).
 *
 * In: lines on descriptor 0: `+ID FOLDER` begins to count those of a cgroup, `-ID` ends it.
 * Out: lines on descriptor 1: `ID LEVEL COUNT`, the events of a level (low, medium, critical) since its line before.
 * Always true: it ends with its input. The kernel counts, too, so that no event is lost while it rests between two looks.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LEVELS = 3, READY = 64, ID = 1024, LINE = PATH_MAX + ID };

static const char *const NAMES[LEVELS] = {"low", "medium", "critical"};
/* Under pressure there may be thousands of events in a second. */
static const struct timespec REST = {0, 100000000};

/* One level of a cgroup. */
struct counter {
  struct counter *next;
  char id[ID];
  const char *level;
  int events;
};

static struct counter *counters;
static int ready;

static int open_in(const char *folder, const char *name, int flags) {
  char path[LINE];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return open(path, flags | O_CLOEXEC);
}

/* Asks the kernel to count the events of a level; the descriptor that has their number, or -1. */
static int listen_to(const char *folder, const char *level) {
  int events = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  int pressure = open_in(folder, "memory.pressure_level", O_RDONLY);
  int control = open_in(folder, "cgroup.event_control", O_WRONLY);
  char text[64];
  int length = snprintf(text, sizeof text, "%d %d %s", events, pressure, level);
  int is_heard = events >= 0 && pressure >= 0 && control >= 0 && write(control, text, (size_t)length) == length;
  if (pressure >= 0) close(pressure);
  if (control >= 0) close(control);
  if (!is_heard && events >= 0) close(events);
  return is_heard ? events : -1;
}

static void add(const char *id, const char *folder) {
  for (int level = 0; level < LEVELS; level++) {
    struct counter *counter = calloc(1, sizeof *counter);
    if (!counter) return;
    counter->events = listen_to(folder, NAMES[level]);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = counter};
    if (counter->events < 0 || epoll_ctl(ready, EPOLL_CTL_ADD, counter->events, &event) != 0) {
      if (counter->events >= 0) close(counter->events);
      free(counter);
      continue;
    }
    snprintf(counter->id, sizeof counter->id, "%s", id);
    counter->level = NAMES[level];
    counter->next = counters;
    counters = counter;
  }
}

static void drop(const char *id) {
  for (struct counter **at = &counters; *at;) {
    struct counter *counter = *at;
    if (strcmp(counter->id, id) != 0) {
      at = &counter->next;
      continue;
    }
    *at = counter->next;
    close(counter->events);
    free(counter);
  }
}

static void obey(char *line) {
  char *folder = strchr(line, ' ');
  if (*line == '-') drop(line + 1);
  if (*line != '+' || !folder) return;
  *folder = 0;
  add(line + 1, folder + 1);
}

/* Reads what is there, and obeys the lines that are whole. */
static void read_orders(void) {
  static char text[2 * LINE];
  static size_t length;
  ssize_t count = read(0, text + length, sizeof text - 1 - length);
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) exit(0);
  length += (size_t)count;
  text[length] = 0;
  char *at = text;
  for (char *end; (end = strchr(at, '\n')); at = end + 1) {
    *end = 0;
    obey(at);
  }
  length -= (size_t)(at - text);
  if (length == sizeof text - 1) exit(1);
  memmove(text, at, length);
}

static void tell(const struct counter *counter) {
  uint64_t count;
  if (read(counter->events, &count, sizeof count) != sizeof count) return;
  if (dprintf(1, "%s %s %llu\n", counter->id, counter->level, (unsigned long long)count) < 0) exit(1);
}

int main(void) {
  struct rlimit files;
  struct epoll_event input = {.events = EPOLLIN}, events[READY];
  /* Files that were inherited are nobody's here. */
  syscall(SYS_close_range, 3, ~0U, 0);
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  ready = epoll_create1(EPOLL_CLOEXEC);
  if (ready < 0 || epoll_ctl(ready, EPOLL_CTL_ADD, 0, &input) != 0) return 1;
  for (;;) {
    int count = epoll_wait(ready, events, READY, -1), has_orders = 0;
    for (int index = 0; index < count; index++)
      if (events[index].data.ptr) tell(events[index].data.ptr);
      else has_orders = 1;
    /* Last, since counters may go. */
    if (has_orders) read_orders();
    if (count > has_orders) nanosleep(&REST, NULL);
  }
}

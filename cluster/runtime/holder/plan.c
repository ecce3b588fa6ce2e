/*
 * Reads the plan of a holder from its descriptor.
 *
 * Always true: a plan that ends early starts nothing.
 */

#define _GNU_SOURCE
#include "plan.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "report.h"

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

void read_plan(struct plan *plan) {
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

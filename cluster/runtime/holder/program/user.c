/*
 * Gives the caller the user and the groups of a plan.
 */

#define _GNU_SOURCE
#include "user.h"
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

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

int take_user(const struct plan *plan) {
  if (plan->gid >= 0 && (set_groups(plan->groups) != 0 || setgid((gid_t)plan->gid) != 0)) return -1;
  return plan->uid >= 0 ? setuid((uid_t)plan->uid) : 0;
}

/*
 * Mounts the root of the file system and those of images for a starter alone.
 *
 * Always true: nothing is mounted on the host, and no device of an image can be opened.
 */

#define _GNU_SOURCE
#include "mounts.h"
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <unistd.h>

/*
 * Mounts a file system of an image: with options an overlay, whose layers these name relative to their folder; without, a
 * folder on itself. No device of an image can be opened.
 */
static int make_mount(const char *folder, const char *layers, const char *options) {
  if (*options) return chdir(layers) == 0 ? mount("overlay", folder, "overlay", MS_NODEV, options) : -1;
  if (mount(folder, folder, NULL, MS_BIND, NULL) != 0) return -1;
  return mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL);
}

int make_mounts(const struct plan *plan) {
  if (!*plan->root && !plan->mounts[0]) return 0;
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) return -1;
  if (*plan->root && mount("/", plan->root, NULL, MS_BIND | MS_REC, NULL) != 0) return -1;
  for (char **mounts = plan->mounts; mounts[0] && mounts[1] && mounts[2]; mounts += 3)
    if (make_mount(mounts[0], mounts[1], mounts[2]) != 0) return -1;
  return 0;
}

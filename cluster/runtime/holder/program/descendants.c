/*
 * Signals the descendants of the holder, by the lists that the kernel keeps of children.
 */

#define _GNU_SOURCE
#include "descendants.h"
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../patience.h"

/* The process group that has been signaled as one, and the process that gets no signal; 0 for none. */
static pid_t signaled_group, spared;

static void signal_children(pid_t parent, int number);

static void signal_tree(pid_t pid, int number) {
  signal_children(pid, number);
  if (pid != spared && (signaled_group == 0 || getpgid(pid) != signaled_group)) kill(pid, number);
}

static void signal_children(pid_t parent, int number) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
  DIR *threads = opendir(path);
  if (!threads) return;
  for (struct dirent *entry; (entry = readdir(threads));) {
    if (entry->d_name[0] == '.') continue;
    char list[sizeof path + NAME_MAX + sizeof "/children" + 1];
    snprintf(list, sizeof list, "%s/%s/children", path, entry->d_name);
    FILE *children = fopen(list, "re");
    if (!children) continue;
    for (int pid; fscanf(children, "%d", &pid) == 1;) signal_tree((pid_t)pid, number);
    fclose(children);
  }
  closedir(threads);
}

void signal_descendants(int number, pid_t group, pid_t process) {
  signaled_group = group;
  spared = process;
  signal_children(getpid(), number);
  signaled_group = spared = 0;
}

void kill_all(void) {
  for (int round = 0; round < ROUNDS;) {
    signal_descendants(SIGKILL, 0, 0);
    pid_t ended = waitpid(-1, NULL, WNOHANG);
    if (ended < 0) return;
    if (ended > 0) continue;
    wait_a_round();
    round++;
  }
}

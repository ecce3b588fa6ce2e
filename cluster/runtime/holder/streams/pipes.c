/*
 * Opens pipes for the input and output of the program.
 */

#define _GNU_SOURCE
#include "pipes.h"
#include <fcntl.h>
#include <unistd.h>

/* The ends of pipes that the program gets. */
static int program_files[3] = {-1, -1, -1};

int open_pipes(const struct plan *plan, int kept[3]) {
  for (int file = 0; file <= 2; file++) {
    int ends[2], is_input = file == 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    kept[file] = ends[is_input];
    program_files[file] = ends[!is_input];
    if (fcntl(kept[file], F_SETFL, O_NONBLOCK) != 0) return -1;
    if (plan->uid >= 0 && fchown(program_files[file], (uid_t)plan->uid, (gid_t)-1) != 0) return -1;
  }
  return 0;
}

int take_pipes(void) {
  if (program_files[0] < 0) return 0;
  for (int file = 0; file <= 2; file++)
    if (dup2(program_files[file], file) < 0) return -1;
  return 0;
}

void leave_pipes(void) {
  for (int file = 0; file <= 2; file++)
    if (program_files[file] >= 0) close(program_files[file]);
}

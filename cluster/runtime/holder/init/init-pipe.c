/*
 * Takes the two numbers of an init to its holder, by a pipe that both have.
 */

#define _GNU_SOURCE
#include "init-pipe.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int init_pipe[2] = {-1, -1};
static int told;

int open_init_pipe(void) {
  return pipe2(init_pipe, O_CLOEXEC);
}

int take_init_pipe(void) {
  return init_pipe[1] != STATUS && dup2(init_pipe[1], STATUS) < 0 ? -1 : 0;
}

void leave_init_pipe(void) {
  close(init_pipe[1]);
}

int has_init(void) {
  return init_pipe[0] >= 0;
}

int read_told(int *number) {
  ssize_t length;
  while ((length = read(init_pipe[0], number, sizeof *number)) < 0 && errno == EINTR) continue;
  if (length != sizeof *number) return 0;
  told++;
  return 1;
}

int told_status(int status) {
  if (!has_init()) return status;
  fcntl(init_pipe[0], F_SETFL, O_NONBLOCK);
  int number;
  while (told < 2 && read_told(&number))
    if (told == 2) return number;
  return status;
}

void tell(int number) {
  /* Without a pipe, such as when it was started by hand, there is nobody to tell. */
  if (write(STATUS, &number, sizeof number) < 0) return;
}

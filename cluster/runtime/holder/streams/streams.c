/*
 * Opens the terminal or the pipes of a program, and tells input and output which of them they have.
 */

#define _GNU_SOURCE
#include "streams.h"
#include <string.h>
#include "client.h"
#include "input.h"
#include "output.h"
#include "pipes.h"
#include "terminal.h"

static int open_files(const struct plan *plan, int files[3]) {
  if (*plan->terminal) {
    if (open_terminal(plan) != 0) return -1;
    files[0] = files[1] = terminal_file();
    return 0;
  }
  return *plan->io ? open_pipes(plan, files) : 0;
}

int open_streams(const struct plan *plan) {
  int files[3] = {-1, -1, -1};
  if (open_files(plan, files) != 0) return -1;
  set_input(files[0]);
  for (int index = 0; index < 2; index++) {
    sources[index].file = files[index + 1];
    sources[index].is_open = sources[index].file >= 0;
  }
  client.is_awaited = client.is_patient = strcmp(plan->io, "wait") == 0;
  return *plan->io ? listen_for_clients() : 0;
}

int take_streams(const struct plan *plan) {
  return take_terminal(plan) != 0 || take_pipes() != 0 ? -1 : 0;
}

int has_streams(void) {
  return sources[0].file >= 0;
}

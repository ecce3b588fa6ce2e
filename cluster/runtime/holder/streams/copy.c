/*
 * Copies output to its files and to the client, and the client's input to the program.
 *
 * Always true: nothing is read that cannot be written, and a signal is never kept waiting.
 */

#define _GNU_SOURCE
#include "copy.h"
#include <poll.h>
#include <signal.h>
#include "../patience.h"
#include "../signals.h"
#include "client.h"
#include "frame-queue.h"
#include "input.h"
#include "output.h"
#include "streams.h"

enum { CLIENT_PATIENCE_MS = 60000 };

/* Copies output and input as far as it can without waiting, once a file is ready; false when none was within the time. */
static int copy_streams(int signals, int milliseconds, int *has_signal) {
  int patience = patience_with_client(milliseconds), may_read = !client.is_awaited && has_room();
  struct source *first = sources, *second = sources + 1;
  int wants_input = client.file >= 0 && !input_waits();
  int wants_output = client.file >= 0 && queue_has_frames();
  struct pollfd files[] = {
    {signals, POLLIN, 0},
    {first->is_open && may_read && !is_full(first) ? first->file : -1, POLLIN, 0},
    {second->is_open && may_read && !is_full(second) ? second->file : -1, POLLIN, 0},
    {is_full(first) ? open_target(first) : -1, POLLOUT, 0},
    {is_full(second) ? open_target(second) : -1, POLLOUT, 0},
    {client.listener, POLLIN, 0},
    {client.file, (short)((wants_input ? POLLIN : 0) | (wants_output ? POLLOUT : 0)), 0},
    {waiting_input(), POLLOUT, 0},
  };
  int ready = poll(files, sizeof files / sizeof *files, patience);
  if (ready <= 0) return ready < 0 || patience != milliseconds;
  *has_signal = files[0].revents != 0;
  if (files[1].revents) read_source(first);
  /* Both at once may be more than there is room for. */
  if (files[2].revents && has_room()) read_source(second);
  if (files[3].revents) write_source(first);
  if (files[4].revents) write_source(second);
  if (client.file >= 0 && files[6].revents & POLLOUT) write_client();
  if (client.file >= 0 && wants_input && files[6].revents & (POLLIN | POLLHUP | POLLERR)) read_client();
  else if (client.file >= 0 && files[6].revents & (POLLHUP | POLLERR)) drop_client();
  if (files[7].revents && input_waits()) write_input();
  if (files[5].revents) accept_client();
  return 1;
}

int next_signal(void) {
  int signals = has_streams() ? signal_file() : -1;
  if (signals < 0) return wait_for_signal();
  for (;;) {
    int has_signal = 0;
    copy_streams(signals, -1, &has_signal);
    int number = has_signal ? read_signal(signals) : 0;
    if (number > 0) return number;
  }
}

static int patience_at_end(int is_pending) {
  if (client.is_awaited) return CLIENT_PATIENCE_MS;
  if (!is_pending) return 0;
  return client.is_patient ? -1 : READER_PATIENCE_MS;
}

void copy_rest(void) {
  int signals = signal_file(), has_signal = 0;
  for (int round = 0; round < 2 * ROUNDS; round++) {
    int is_pending = queue_has_frames() || is_full(sources) || is_full(sources + 1);
    if (!is_pending && !sources[0].is_open && !sources[1].is_open) return;
    if (!copy_streams(signals, patience_at_end(is_pending), &has_signal)) {
      if (!client.is_awaited) return;
      client.is_awaited = 0;
    }
    if (!has_signal) continue;
    int number = read_signal(signals);
    if (number == SIGUSR1 || number == FORWARD + SIGKILL) return;
  }
}

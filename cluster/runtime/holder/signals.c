/*
 * Takes signals one by one, by waiting for them alone or for a file beside others.
 */

#define _GNU_SOURCE
#include "signals.h"
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static sigset_t handled;

void take_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  sigemptyset(&handled);
  sigaddset(&handled, SIGCHLD);
  sigaddset(&handled, SIGTERM);
  sigaddset(&handled, SIGUSR1);
  for (int number = 1; number < SIGSYS; number++) sigaddset(&handled, FORWARD + number);
  sigprocmask(SIG_BLOCK, &handled, NULL);
}

void give_signals_back(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  /* An ignored signal stays ignored in the program, and a shell cannot trap it. */
  signal(SIGPIPE, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
  signal(SIGINT, SIG_DFL);
}

int wait_for_signal(void) {
  return sigwaitinfo(&handled, NULL);
}

int signal_file(void) {
  static int signals = -1;
  if (signals < 0) signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
  return signals;
}

int read_signal(int signals) {
  struct signalfd_siginfo info;
  return read(signals, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

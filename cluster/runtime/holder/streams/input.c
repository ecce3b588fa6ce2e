/*
 * Reads the frames of a client one by one, and writes their input to the program.
 *
 * Always true: no frame is read before the program has taken the one before.
 */

#define _GNU_SOURCE
#include "input.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "frame-queue.h"
#include "terminal.h"

/* The program's input, -1 for none or after its end. */
static int input = -1;
/* A frame of the client, of which what follows `input_at` is still to be written. */
static char frame[HEAD + PAYLOAD];
static size_t frame_length, input_at;

void set_input(int file) {
  input = file;
}

int input_waits(void) {
  return input_at > 0;
}

int waiting_input(void) {
  return input_waits() ? input : -1;
}

/* A terminal has no end of its input but the one that is typed. */
static void end_input(void) {
  if (input == terminal_file()) return;
  if (input >= 0) close(input);
  input = -1;
}

static void obey_frame(size_t length) {
  char text[32] = "";
  if (frame[0] == 'i' && length > 0 && input >= 0) {
    input_at = HEAD;
    return;
  }
  if (frame[0] == 'z') end_input();
  if (frame[0] == 'w' && length < sizeof text) {
    memcpy(text, frame + HEAD, length);
    resize_terminal(text);
  }
  frame_length = 0;
}

static size_t payload_length(void) {
  size_t length = 0;
  for (int index = 4; index > 0; index--) length = length << 8 | (unsigned char)frame[index];
  return length;
}

int read_frame(int file) {
  size_t wanted = frame_length < HEAD ? HEAD : HEAD + payload_length();
  ssize_t length = read(file, frame + frame_length, wanted - frame_length);
  if (length < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  if (length <= 0) return -1;
  frame_length += (size_t)length;
  if (frame_length < HEAD) return 0;
  size_t payload = payload_length();
  if (payload > PAYLOAD) return -1;
  if (frame_length == HEAD + payload) obey_frame(payload);
  return 0;
}

void write_input(void) {
  ssize_t count = write(input, frame + input_at, frame_length - input_at);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count < 0) end_input();
  input_at = count < 0 ? frame_length : input_at + (size_t)count;
  if (input_at == frame_length) input_at = frame_length = 0;
}

void clear_frame(void) {
  frame_length = input_at = 0;
}

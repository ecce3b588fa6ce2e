/*
 * The client: whoever is attached to the input and output of the program, one at a time.
 */

#pragma once
#include <stddef.h>

/* A reader who takes nothing for so long is given up, if it is not to be waited for. */
enum { READER_PATIENCE_MS = 3000 };

extern struct client {
  int listener;    /* the socket that clients come to; -1 for none */
  int file;        /* -1 while nobody is attached */
  int is_awaited;  /* nothing is read before somebody has been attached */
  int is_patient;  /* a client who takes nothing is waited for */
} client;

/* Opens what others attach to: a socket in the working folder, whose path may be too long for an address. */
int listen_for_clients(void);

/* The last one to come is attached: the agent of the one before is gone. */
void accept_client(void);

void drop_client(void);

/* True while output may be read: there is nobody to send it to, or the queue has room. */
int has_room(void);

/* Queues a frame of output for the client, if there is one. */
void add_frame(char kind, const char *bytes, size_t length);

/* Writes what is queued as far as the client takes it; one that is gone is dropped. */
void write_client(void);

/* Reads of a frame what is there; a client that is gone or sends no frames is dropped. */
void read_client(void);

/* A client who takes nothing does not keep the program from going on, unless it is the program's purpose. */
int patience_with_client(int milliseconds);

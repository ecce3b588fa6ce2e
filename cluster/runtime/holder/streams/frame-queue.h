/*
 * Frames: a kind, the length of what follows in 4 bytes, the lowest first, and that. A queue of those for the client.
 */

#pragma once
#include <stddef.h>

enum { HEAD = 5, PAYLOAD = 4096 };

/* True while one more frame of any length has room. */
int queue_has_room(void);

/* True while some of a frame is not written yet. */
int queue_has_frames(void);

/* Adds a frame, for which there must be room. */
void add_to_queue(char kind, const char *bytes, size_t length);

/* Writes as much as the client takes now; -1 when it will take no more. */
int write_queue(int file);

void clear_queue(void);

/* The time since the client has taken something, or had nothing to take. */
long long queue_waits_ms(void);

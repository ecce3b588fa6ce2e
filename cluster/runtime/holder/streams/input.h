/*
 * The input of the program, which a client sends in frames: i: input, z: its end, w: rows and columns of the terminal.
 */

#pragma once

/* Sets the descriptor on which the program gets its input: -1 for none. */
void set_input(int file);

/* True while a frame of input waits to be written there. */
int input_waits(void);

/* That descriptor while a frame waits; -1 otherwise. */
int waiting_input(void);

/* Reads of a frame what is there, and obeys it once it is whole; -1 when the client is gone or sends something else. */
int read_frame(int file);

/* Writes what the program takes now. A program that reads no more input gets none. */
void write_input(void);

/* Forgets a frame of a client that is gone. */
void clear_frame(void);

/*
 * The files in the working folder by which a later agent finds the holder, the program and its end.
 */

#pragma once
#include <sys/types.h>

/* Makes the pipe `alive`, which is open for writing as long as the holder lives. */
void open_alive(void);

/* Writes whom to signal: the pid of the program is 0 before its start. */
int write_processes(pid_t pid);

/* Takes the room of what a later agent needs to find the program and its end. Without room for it no program is started. */
void reserve_files(void);

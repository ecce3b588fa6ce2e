/*
 * Becomes another program, as the last thing that a process of a container does before it is the program.
 */

#pragma once

/* Executes the file, the first of the arguments, with the name and arguments after it. Returns the exit code of a failure. */
int execute(char **arguments);

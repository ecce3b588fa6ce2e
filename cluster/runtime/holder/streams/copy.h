/*
 * The copying of output and input, which goes on whenever the holder waits.
 */

#pragma once

/* Waits for a signal, and copies output and input meanwhile. */
int next_signal(void);

/*
 * Copies what is left after the end of the program. The terminal and the pipes buffer less than it copies here; somebody
 * else may have them open. A reader that takes nothing is given up after some time, a patient holder waits until it leaves,
 * or until it is to kill what there is.
 */
void copy_rest(void);

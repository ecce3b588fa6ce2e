/**
 * The program of a command, as the original starts it (src/slave/containerizer/mesos/launch.cpp).
 */

import type { CommandInfo } from '../../api/generated/mesos';

/** A program and its arguments. */
export interface Program {
  /** Looked up in the PATH of the program unless it has a slash. */
  readonly file: string;
  /** All arguments, the name of the program first. */
  readonly arguments: readonly string[];
}

/**
 * With `shell` it is sh with the value; otherwise the value is the program, and the first argument its name. Throws the
 * reason when there is none.
 */
export function programOf({ shell = true, value, arguments: argumentTexts = [] }: CommandInfo): Program {
  if (shell) {
    if (value === undefined) throw new Error('Shell command is not specified');
    return { file: '/bin/sh', arguments: ['sh', '-c', value] };
  }
  if (value === undefined || value === '')
    throw new Error("Failed to execute the command: 'value' is empty and 'shell' is false");
  const [name = value, ...rest] = argumentTexts;
  return { file: value, arguments: [name, ...rest] };
}

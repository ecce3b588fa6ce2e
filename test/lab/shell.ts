/** Programs that the laboratory runs. */

import { spawnSync } from 'node:child_process';

/** Runs a program to its end and returns its output. Throws an Error with what it said when it fails. */
export function run(program: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, maxBuffer: 2 ** 26 });
  if (error) throw new Error(`${program} cannot be run: ${error.message}`);
  if (status === 0) return stdout.toString();
  const said = `${stderr.toString()}${stdout.toString()}`.trim().slice(-2000);
  throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${said}`);
}

/** The same, where a failure means that there is nothing to do. */
export function tryRun(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/**
 * A command as a user runs it, in this process, with what it printed.
 */

import { runCli } from '../../../cli/main';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `meseta ARGS...` against the master at this address. */
export async function runAt(master: string, args: readonly string[]): Promise<Ran> {
  return await runWith({ MESETA_MASTER: master }, args);
}

/** Runs `meseta ARGS...` with these variables as its whole environment. */
export async function runWith(env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal = {
    env,
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
  };
  return { status: await runCli(args, terminal), out: out.join(''), err: err.join('') };
}

/**
 * Programs of tests under holders, each in a folder of its own, with their output in a file there.
 */

import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  HeldProgram,
  holderProgram,
  type ProgramPlan,
} from '../../../../cluster/runtime/holder/held-program';

export const holder = holderProgram() ?? '';

export interface Held {
  readonly folder: string;
  readonly program: HeldProgram;
  output(): string;
}

/** Starts a shell script under a holder, below this folder. */
export async function holdIn(
  root: string,
  script: string,
  { plan = {}, folder = mkdtempSync(join(root, 'held-')) }: HoldOptions = {},
): Promise<Held> {
  const path = join(folder, 'output');
  const output = openSync(path, 'a');
  try {
    const program = await HeldProgram.start(holder, folder, {
      file: 'sh',
      arguments: ['sh', '-c', script],
      environment: { PATH: '/usr/bin:/bin' },
      directory: root,
      umask: 0o22,
      stdout: output,
      stderr: output,
      ...plan,
    });
    return { folder, program, output: () => readFileSync(path, 'utf8') };
  } finally {
    closeSync(output);
  }
}

interface HoldOptions {
  readonly plan?: Partial<ProgramPlan>;
  readonly folder?: string;
}

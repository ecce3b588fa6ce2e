/**
 * A command line in a terminal of its own, which the program `script` makes.
 */

import { type ChildProcess, spawn } from 'node:child_process';

export interface Terminal {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  /** All that was shown there. */
  shown(): string;
}

export function inTerminal(line: string, env: Readonly<Record<string, string>> = {}): Terminal {
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { ...env, PATH: process.env['PATH'] ?? '', SHELL: '/bin/sh', TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  return { child, closed, shown: () => shown };
}

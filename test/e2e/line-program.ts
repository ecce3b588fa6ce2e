/**
 * A program that prints a line for everything it hears and obeys lines on its input.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { eventually } from './eventually';

export class LineProgram {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  constructor(binary: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(binary, [...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...env },
    });
    this.ended = new Promise((done) => this.child.once('close', () => done()));
    this.child.stdin?.on('error', () => undefined);
    let rest = '';
    this.child.stdout?.on('data', (chunk: Buffer) => {
      const [last = '', ...whole] = (rest + chunk.toString()).split('\n').reverse();
      rest = last;
      this.lines.push(...whole.reverse());
    });
  }

  /** The rest of the first line that starts so, from this line on. */
  line(start: string, from = 0): Promise<string> {
    return eventually(`a line ${start} after ${this.lines.join(', ')}`, () => {
      const found = this.lines.slice(from).find((line) => `${line} `.startsWith(`${start} `));
      return found === undefined ? undefined : found.slice(start.length).trim() || start;
    });
  }

  say(word: string): void {
    this.child.stdin?.write(`${word}\n`);
  }

  end(): void {
    this.child.kill('SIGKILL');
  }

  /** Ends its input, and waits until it has ended. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    const late = setTimeout(() => this.end(), 10_000);
    await this.ended;
    clearTimeout(late);
  }
}

/** A framework as a process of its own, which may be stopped, killed, and asked while it does not lead. */

import type { ChildProcess } from 'node:child_process';

export interface FrameworkAnswer {
  readonly status: number;
  readonly text: string;
}

export class FrameworkProcess {
  /** All that it printed. */
  log = '';

  /** `base` is the path before those of requests. */
  protected constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly base = '',
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await closed;
  }

  async ask(method: string, path: string, body?: object): Promise<FrameworkAnswer> {
    const response = await fetch(`http://127.0.0.1:${this.port}${this.base}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(5000),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The port of the leader, as this process names it at a path. */
  protected async leaderAt(path: string): Promise<number | undefined> {
    const { status, text } = await this.ask('GET', path);
    return status === 200 ? Number(/:(\d+)"/.exec(text)?.[1]) : undefined;
  }
}

/** Marathon as a process of its own, one of several that share their state in ZooKeeper. */

import type { ChildProcess } from 'node:child_process';
import { freePort } from '../../bench/free-port';
import { start } from './meseta';

export interface MarathonAnswer {
  readonly status: number;
  readonly text: string;
}

export class MarathonProcess {
  /** All that it printed. */
  log = '';

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
  }

  /** Does not wait until it answers. The master is named as host:port. */
  static async start(master: string, flags: readonly string[]): Promise<MarathonProcess> {
    const port = await freePort();
    const child = start([
      ...['marathon', `--master=${master}`, `--http_port=${port}`, '--hostname=127.0.0.1', ...flags],
    ]);
    return new MarathonProcess(port, child);
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

  async ask(method: string, path: string, body?: object): Promise<MarathonAnswer> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(5000),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The port of the leader, as this process names it. */
  async leader(): Promise<number | undefined> {
    const { status, text } = await this.ask('GET', '/v2/leader');
    return status === 200 ? Number(/:(\d+)"/.exec(text)?.[1]) : undefined;
  }

  /** The tasks of an app that run. */
  async running(app: string): Promise<string[]> {
    const { tasks } = JSON.parse((await this.ask('GET', `/v2/apps/${app}/tasks`)).text) as {
      tasks: readonly { readonly id: string; readonly state: string }[];
    };
    return tasks
      .filter(({ state }) => state === 'TASK_RUNNING')
      .map(({ id }) => id)
      .sort();
  }
}

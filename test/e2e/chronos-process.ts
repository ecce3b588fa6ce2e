/** Chronos in a process of its own: it may be killed and started again, on the same port and with the same folder. */

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { freePort } from './masters';
import { start } from './meseta';

/** A job as far as tests look at it. */
export interface ChronosJob {
  readonly name: string;
  readonly successCount: number;
  readonly errorCount: number;
  readonly disabled: boolean;
}

/** A run as `job/NAME/runs` has it. */
export interface ChronosRun {
  readonly state: string;
  readonly attempts: readonly ChronosAttempt[];
}

interface ChronosAttempt {
  readonly taskId: string;
  readonly state: string;
  readonly launchedAt: string;
  readonly endedAt?: string;
  readonly output?: string;
}

export class ChronosProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'meseta-chronos-'));
  /** All that it printed since its last start. */
  log = '';
  private child: ChildProcess | undefined;

  private constructor(
    private readonly master: string,
    readonly port: number,
    private readonly flags: readonly string[],
  ) {}

  /** One that answers; the master is named as host:port. */
  static async start(master: string, flags: readonly string[] = []): Promise<ChronosProcess> {
    const chronos = new ChronosProcess(master, await freePort(), flags);
    await chronos.begin();
    return chronos;
  }

  async begin(): Promise<void> {
    this.log = '';
    const child = start([
      ...['chronos', `--master=${this.master}`, `--http_port=${this.port}`, '--hostname=127.0.0.1'],
      ...[`--work_dir=${this.folder}`, ...this.flags],
    ]);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    this.child = child;
    await eventually('the first answer', async () => (await this.ask('GET', '/jobs')).status === 200, 60_000);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async ask(method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.port}/v1/scheduler${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, text: await response.text() };
  }

  /** Defines a job; one with parents runs after them. */
  async create(job: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await this.ask('POST', 'parents' in job ? '/dependency' : '/iso8601', job);
    if (answer.status !== 204) throw new Error(`${String(job['name'])}: ${answer.status} ${answer.text}`);
  }

  async job(name: string): Promise<ChronosJob> {
    return JSON.parse((await this.ask('GET', `/job/${name}`)).text) as ChronosJob;
  }

  /** The runs of a job, newest first. */
  async runs(name: string): Promise<readonly ChronosRun[]> {
    const { text } = await this.ask('GET', `/job/${name}/runs`);
    return (JSON.parse(text) as { runs: readonly ChronosRun[] }).runs;
  }
}

/**
 * Several masters in processes of their own, over a real ZooKeeper, each started again when it ends: as a
 * supervisor would.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../bench/free-port';
import { eventually } from './eventually';

export { freePort } from '../../bench/free-port';

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');

/** How long a step may take on a machine that has much else to do. */
export const STEP_MS = 60_000;

export class MasterProcess {
  /** How each of its runs ended. */
  readonly ends: (number | NodeJS.Signals | null)[] = [];
  log = '';
  supervised = true;
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'meseta-master-'));

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  static async start(zk: string, args: readonly string[] = []): Promise<MasterProcess> {
    const port = await freePort();
    const master = new MasterProcess(port, [
      `--zk=${zk}`,
      `--port=${port}`,
      '--zk_session_timeout=4secs',
      ...args,
    ]);
    master.run();
    await eventually('the master', async () => (await master.ask('/health')).status === 200, STEP_MS);
    return master;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What it answers, without going where it sends us. */
  ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { redirect: 'manual', signal: AbortSignal.timeout(5000), ...init });
  }

  /** Where it says the leader is; empty when it knows none or is away. */
  async leader(): Promise<string> {
    const answer = await this.ask('/redirect').catch(() => undefined);
    return answer?.headers.get('location') ?? '';
  }

  async leads(): Promise<boolean> {
    return (await this.leader()) === `//127.0.0.1:${this.port}`;
  }

  /** Whether it leads and has read the registry. */
  async serves(): Promise<boolean> {
    const answer = (await this.leads()) && (await this.ask('/state'));
    return answer && answer.status === 200 && (await answer.text()).includes('"elected_time"');
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async stop(): Promise<void> {
    this.supervised = false;
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(limit);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(): void {
    const env = { PATH: process.env['PATH'] ?? '' };
    const args = [BIN, 'master', `--work_dir=${this.folder}`, ...this.args];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    child.once('close', (status, signal) => {
      this.ends.push(status ?? signal);
      if (this.supervised) this.run();
    });
  }
}

/** The one that leads and has read the registry. */
export function leaderOf(masters: readonly MasterProcess[]): Promise<MasterProcess> {
  const look = async (): Promise<MasterProcess | undefined> => {
    for (const master of masters) if (await master.serves()) return master;
    return undefined;
  };
  return eventually('a leader', look, STEP_MS);
}

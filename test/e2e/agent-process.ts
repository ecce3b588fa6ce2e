/**
 * An agent in a process of its own: it may be killed and started again, with the same folder and the same port. In the
 * end it is told to go, and nothing of its containers may be left on the machine.
 */

import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expectNothingLeft, processesOf, type TestPlace } from '../leftovers';
import { eventually } from './eventually';
import { freePort } from './masters';
import { type RunAs, start } from './meseta';
import { onlyEntry, sandboxOf } from './sandbox';

/** A master on this machine. */
interface LocalMaster {
  readonly http: { readonly port: number };
}

interface AgentOptions {
  /** Flags of every start. */
  readonly flags?: readonly string[];
  /** Another user than that of the tests. */
  readonly user?: RunAs | undefined;
}

export class AgentProcess implements TestPlace {
  readonly root = mkdtempSync(join(tmpdir(), 'meseta-agent-'));
  readonly workDir = join(this.root, 'work');
  readonly cgroupsRoot = basename(this.root);
  /** Where the agent and the programs it starts have their temporary files. */
  private readonly temporary = join(this.root, 'tmp');
  readonly empty = [
    this.temporary,
    ...['containers', 'runc', 'isolators/network/cni'].map((name) => join(this.workDir, 'run', name)),
    ...['provisioner/containers', 'store/docker/staging', 'store/docker/garbage'].map((name) =>
      join(this.workDir, name),
    ),
  ];
  /** Where the test has mounted something. */
  readonly mounts: string[] = [];
  /** All that the agent printed since its last start. */
  log = '';
  private child: ChildProcess | undefined;
  private ended: Promise<number | null> = Promise.resolve(null);

  private constructor(
    private readonly master: LocalMaster,
    private readonly port: number,
    private readonly options: AgentOptions,
  ) {
    // Users of tasks get through.
    chmodSync(this.root, 0o711);
    for (const folder of [this.workDir, this.temporary]) {
      mkdirSync(folder);
      if (options.user) chownSync(folder, options.user.uid, options.user.gid);
    }
  }

  /** One that is not started yet. */
  static async of(master: LocalMaster, options: AgentOptions = {}): Promise<AgentProcess> {
    return new AgentProcess(master, await freePort(), options);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  start(...flags: readonly string[]): void {
    this.log = '';
    const place = {
      master: `127.0.0.1:${this.master.http.port}`,
      port: this.port,
      work_dir: this.workDir,
      cgroups_root: this.cgroupsRoot,
      registration_backoff_factor: '0ms',
    };
    const args = Object.entries(place).map(([name, value]) => `--${name}=${value}`);
    const all = ['agent', ...args, ...(this.options.flags ?? []), ...flags];
    const child = start(all, { TMPDIR: this.temporary }, this.options.user);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    this.child = child;
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Its exit status, when it ends by itself. */
  async status(): Promise<number | null> {
    await eventually(`the end of the agent, which printed ${this.log}`, () => !this.isRunning);
    return await this.ended;
  }

  /** Ends it with a signal; resolves when it has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.isRunning) this.child?.kill(signal);
    await this.ended;
  }

  /** Kills it, and starts it again with the flags that all its starts have. */
  async restart(): Promise<void> {
    await this.end('SIGKILL');
    this.start();
    await eventually('the new agent', () => this.log.includes('registered again'));
  }

  /** The pids of all processes of its containers; those of a running agent are not among them. */
  containerProcesses(): number[] {
    return processesOf(this)
      .map(Number)
      .filter((pid) => pid !== this.child?.pid);
  }

  /** The last sandbox of an executor of the only framework. */
  sandboxOf(executorId: string): string {
    return sandboxOf(this.workDir, executorId);
  }

  /** What an executor's program has printed. */
  outputOf(executorId: string): string {
    return readFileSync(join(this.sandboxOf(executorId), 'stdout'), 'utf8');
  }

  /** The name of the only entry of a folder of its work folder. */
  onlyIn(...path: readonly string[]): string {
    return onlyEntry(join(this.workDir, ...path));
  }

  /** Has it leave the cluster, by which its tasks end, and looks whether something is left. */
  async leave(): Promise<void> {
    await this.end('SIGUSR1');
    await expectNothingLeft(this);
  }

  async stop(): Promise<void> {
    try {
      await this.leave();
    } finally {
      this.remove();
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * A whole cluster on a host that the test makes for itself: a master, an agent and Marathon, as processes.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Host } from '../cluster/agent/containerizer/network/host';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';
import { sandboxOf } from './sandbox';

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');
const WAIT_MS = 30_000;
export const [MASTER, AGENT, MARATHON] = [5050, 5051, 8080].map((port) => `127.0.0.1:${port}`) as [
  string,
  string,
  string,
];

/** A task as Marathon shows it. */
export interface Task {
  readonly id: string;
  readonly state: string;
  readonly ports: readonly number[];
  readonly ipAddresses: readonly { readonly ipAddress: string }[];
  readonly healthCheckResults?: readonly { readonly alive: boolean }[];
}

export interface HostClusterOptions {
  /** Flags of the agent beside those of its places. */
  readonly agentFlags: readonly string[];
  readonly marathonFlags?: readonly string[];
  /** The folder of the processes; that of the host without it. */
  readonly folder?: string;
  /** The PATH of the processes; that of the test without it. */
  readonly path?: string;
  /** Folders below `run` of the agent that have to be empty at the end. */
  readonly empty: readonly string[];
  /** All else that is left on the host, a line each. */
  readonly onHost?: () => readonly string[];
}

export class HostCluster {
  private readonly folder: string;
  private readonly cgroupsRoot: string;
  private readonly runDir: string;
  private readonly processes: ChildProcess[] = [];

  constructor(
    readonly host: Host,
    private readonly options: HostClusterOptions,
  ) {
    this.folder = options.folder ?? host.folder;
    this.cgroupsRoot = basename(this.folder);
    this.runDir = join(this.folder, 'agent', 'run');
    this.start('master');
    this.start('marathon', `--master=${MASTER}`, ...(options.marathonFlags ?? []));
  }

  startAgent(): ChildProcess {
    const { agentFlags } = this.options;
    return this.start('agent', `--master=${MASTER}`, `--cgroups_root=${this.cgroupsRoot}`, ...agentFlags);
  }

  private start(part: string, ...flags: readonly string[]): ChildProcess {
    const workDir = `--work_dir=${join(this.folder, part)}`;
    const path = `PATH=${this.options.path ?? process.env['PATH']}`;
    const child = this.host.start('env', path, process.execPath, BIN, part, workDir, ...flags);
    this.processes.push(child);
    return child;
  }

  /** The answer of a process; empty while there is none. */
  ask(url: string, ...options: readonly string[]): string {
    try {
      return this.host.do('curl', '--silent', '--fail', '--max-time', '5', ...options, `http://${url}`);
    } catch {
      return '';
    }
  }

  /** Gives Marathon an app, as soon as it takes one. */
  async createApp(app: object): Promise<void> {
    const post = ['-H', 'content-type: application/json', '-d', JSON.stringify(app)];
    await eventually('Marathon', () => this.ask(`${MARATHON}/v2/apps`, ...post) !== '', WAIT_MS);
  }

  /** The first healthy task of an app. */
  async healthyTask(app: string): Promise<Task> {
    const isHealthy = (task: Task): boolean => task.healthCheckResults?.[0]?.alive === true;
    return await eventually('a healthy task', () => this.tasks(app).find(isHealthy), WAIT_MS);
  }

  /** The tasks of an app, or of all of them. */
  tasks(app?: string): readonly Task[] {
    const text = this.ask(`${MARATHON}/v2/${app === undefined ? '' : `apps/${app}/`}tasks`);
    return text === '' ? [] : (JSON.parse(text) as { readonly tasks: readonly Task[] }).tasks;
  }

  /** The output of a task so far; empty while there is none. */
  outputOf(taskId: string): string {
    const path = join(sandboxOf(join(this.folder, 'agent'), taskId), 'stdout');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Removes an app, and waits until its containers are gone. */
  async removeApp(app: string): Promise<void> {
    this.deleteApp(app);
    await eventually('the end of all containers', () => this.containers().length === 0, WAIT_MS);
  }

  deleteApp(app: string): void {
    this.ask(`${MARATHON}/v2/apps/${app}`, '-X', 'DELETE');
  }

  /** The containers that the agent has not destroyed to the end. */
  containers(): string[] {
    const folders = ['containers', 'docker/containers'].map((name) => join(this.runDir, name));
    return folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  }

  /** Ends all processes; nothing of them may be left. */
  async stop(): Promise<void> {
    const { host, folder, cgroupsRoot, options } = this;
    for (const child of this.processes) child.kill('SIGINT');
    for (const child of this.processes)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await host.endPrograms();
    const empty = options.empty.map((name) => join(this.runDir, name));
    const { onHost } = options;
    await expectNothingLeft({ root: folder, cgroupsRoot, empty, ...(onHost && { onHost }) });
  }
}

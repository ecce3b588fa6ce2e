/**
 * An agent in a process of its own, which a test may end as it likes, with a master and a scheduler in this one.
 */

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Offer, TaskInfo, TaskStatus } from '../../cluster/api/generated/mesos';
import { findProcesses, killFound } from '../../cluster/runtime/processes';
import { eventually } from './eventually';
import { JsonScheduler } from './json-scheduler';
import { start } from './meseta';
import { OneMachine } from './one-machine';

const ENDS: ReadonlySet<string | undefined> = new Set([
  ...['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_LOST', 'TASK_ERROR', 'TASK_DROPPED', 'TASK_GONE'],
]);

export class AgentStand {
  readonly folder = mkdtempSync(join(tmpdir(), 'meseta-agent-'));
  readonly workDir = join(this.folder, 'work');
  readonly machine = new OneMachine();
  scheduler = new JsonScheduler('');
  /** All that the agent wrote since its last start. */
  output = '';
  private agent: ChildProcess | undefined;
  private ended: Promise<number | null> = Promise.resolve(null);
  private readonly used = new Set<string>();

  /** A master and a scheduler that is subscribed to it; the agent is not started yet. */
  static async start(): Promise<AgentStand> {
    const stand = new AgentStand();
    const master = await stand.machine.startMaster();
    stand.scheduler = new JsonScheduler(master.http.url, { failover_timeout: 600, checkpoint: true });
    await stand.scheduler.subscribe();
    return stand;
  }

  startAgent(...args: string[]): void {
    const place = [`--master=127.0.0.1:${this.machine.master?.http.port}`, '--port=0'];
    // Another start has another port.
    const own = ['--registration_backoff_factor=0ms', '--reconfiguration_policy=any'];
    const agent = start(['agent', ...place, ...own, `--work_dir=${this.workDir}`, ...args]);
    this.output = '';
    for (const stream of [agent.stdout, agent.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    this.ended = new Promise((resolve) => agent.once('close', resolve));
    this.agent = agent;
  }

  get isRunning(): boolean {
    return this.agent !== undefined && this.agent.exitCode === null && this.agent.signalCode === null;
  }

  /** The exit status of the agent, which ends by itself. */
  async status(): Promise<number | null> {
    await eventually(`the end of the agent, which wrote ${this.output}`, () => !this.isRunning);
    return await this.ended;
  }

  /** The line with which the agent ended. */
  lastWords(): string {
    return this.output.split('\n').find((line) => line.startsWith('meseta')) ?? this.output;
  }

  async endAgent(signal: NodeJS.Signals): Promise<void> {
    if (this.isRunning) this.agent?.kill(signal);
    await this.ended;
  }

  /** Launches tasks of shell commands, with what an offer has. */
  async launch(commands: Readonly<Record<string, string>>, resources: { disk?: number } = {}): Promise<void> {
    const { id, agent_id } = await this.offer();
    const amounts = Object.entries({ cpus: 0.01, mem: 16, ...resources });
    const tasks = Object.entries(commands).map(
      ([name, value]): TaskInfo => ({
        name,
        task_id: { value: name },
        agent_id,
        command: { value },
        resources: amounts.map(([kind, amount]) => ({
          name: kind,
          type: 'SCALAR',
          scalar: { value: amount },
        })),
      }),
    );
    const operations = [{ type: 'LAUNCH' as const, launch: { task_infos: tasks } }];
    const accept = { offer_ids: [id], operations, filters: { refuse_seconds: 0 } };
    await this.scheduler.call({ type: 'ACCEPT', accept });
  }

  /** Runs tasks until all of them are told to run. */
  async run(commands: Readonly<Record<string, string>>, resources: { disk?: number } = {}): Promise<void> {
    await this.launch(commands, resources);
    for (const id of Object.keys(commands)) {
      await this.scheduler.update(id, 'TASK_STARTING');
      await this.scheduler.update(id, 'TASK_RUNNING');
    }
  }

  async kill(taskId: string): Promise<void> {
    await this.scheduler.call({ type: 'KILL', kill: { task_id: { value: taskId } } });
  }

  /** The statuses that end a task, of different updates. */
  ends(taskId: string): TaskStatus[] {
    const statuses = this.scheduler.events
      .flatMap(({ update }) => update?.status ?? [])
      .filter(({ task_id, state }) => task_id.value === taskId && ENDS.has(state));
    return [...new Map(statuses.map((status) => [status.uuid ?? status.message, status])).values()];
  }

  /** The end of a task, acknowledged. */
  async end(taskId: string): Promise<TaskStatus> {
    const status = await eventually(`the end of ${taskId}; the agent wrote ${this.output}`, async () => {
      // What comes before the end is told only once it is acknowledged.
      const open = this.scheduler.events.flatMap(({ update }) => update?.status ?? []);
      for (const { task_id, ...rest } of open)
        if (task_id.value === taskId) await this.scheduler.acknowledge({ task_id, ...rest });
      return this.ends(taskId)[0];
    });
    return status;
  }

  /** An offer of the agent that runs, and that was not used. */
  async offer(): Promise<Offer> {
    const offer = await eventually(`an offer; the agent wrote ${this.output}`, () => {
      const { events } = this.scheduler;
      const rescinded = events.map(({ rescind }) => rescind?.offer_id.value);
      return events
        .flatMap(({ offers }) => offers?.offers ?? [])
        .find(({ id }) => !this.used.has(id.value) && !rescinded.includes(id.value));
    });
    this.used.add(offer.id.value);
    return offer;
  }

  /** The agents that the master knows as active. */
  async agentIds(): Promise<string[]> {
    const answer = await fetch(`${this.machine.master?.http.url}/slaves`);
    const { slaves } = (await answer.json()) as { slaves: { id: string; active: boolean }[] };
    return slaves.filter(({ active }) => active).map(({ id }) => id);
  }

  /** The processes of all tasks, or of one. */
  processes(taskId = ''): number[] {
    const isTask = (path: string): boolean => taskId === '' || path.includes(`/executors/${taskId}/`);
    return findProcesses('MESOS_SANDBOX', (path) => path.startsWith(`${this.workDir}/`) && isTask(path));
  }

  /** Ends everything, and tells what of the tasks the agent had left. */
  async stop(): Promise<number[]> {
    this.scheduler.stop();
    await this.endAgent('SIGUSR1');
    await this.machine.stop();
    const left = this.processes();
    await killFound(() => this.processes());
    return left;
  }

  /** Removes the folder, once nothing is mounted in it. */
  removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

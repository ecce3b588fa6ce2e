/**
 * An agent in a process of its own, which a test may end as it likes, with a master and a scheduler in this one; its tasks
 * are known by their names alone.
 */

import type { Offer, TaskStatus } from '../../cluster/api/generated/mesos';
import { findProcesses } from '../../cluster/runtime/processes';
import { AgentProcess } from './agent-process';
import { eventually } from './eventually';
import { OneMachine } from './one-machine';
import { scalar, TaskScheduler, taskOn } from './task-scheduler';

const ENDS: ReadonlySet<string | undefined> = new Set([
  ...['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_LOST', 'TASK_ERROR', 'TASK_DROPPED', 'TASK_GONE'],
]);

export class AgentStand {
  private constructor(
    private readonly machine: OneMachine,
    readonly agent: AgentProcess,
    readonly scheduler: TaskScheduler,
  ) {}

  /** A master and a scheduler that is subscribed to it; the agent is not started yet. */
  static async start(): Promise<AgentStand> {
    const machine = new OneMachine();
    const master = await machine.startMaster();
    const scheduler = new TaskScheduler(master.http.url, { failover_timeout: 600, checkpoint: true });
    const stand = new AgentStand(machine, await AgentProcess.of(master), scheduler);
    await scheduler.subscribe();
    return stand;
  }

  /** The line with which the agent ended. */
  lastWords(): string {
    const { log } = this.agent;
    return log.split('\n').find((line) => line.startsWith('meseta')) ?? log;
  }

  /** Launches tasks of shell commands, with what an offer has. */
  async launch(commands: Readonly<Record<string, string>>, more: { disk?: number } = {}): Promise<void> {
    const offer = await this.offer();
    const amounts = Object.entries({ cpus: 0.01, mem: 16, ...more });
    const resources = amounts.map(([name, amount]) => scalar(name, amount));
    const tasks = Object.entries(commands).map(([id, value]) => taskOn(offer, id, value, { resources }));
    await this.scheduler.launch(offer, ...tasks);
  }

  /** Runs tasks until all of them are told to run. */
  async run(commands: Readonly<Record<string, string>>, more: { disk?: number } = {}): Promise<void> {
    await this.launch(commands, more);
    for (const id of Object.keys(commands)) await this.scheduler.states(id, 'TASK_STARTING', 'TASK_RUNNING');
  }

  /** The statuses that end a task, of different updates. */
  ends(taskId: string): TaskStatus[] {
    const statuses = this.scheduler.events
      .flatMap(({ update }) => update?.status ?? [])
      .filter(({ task_id, state }) => task_id.value === taskId && ENDS.has(state));
    return [...new Map(statuses.map((status) => [status.uuid ?? status.message, status])).values()];
  }

  async end(taskId: string): Promise<TaskStatus> {
    return await eventually(
      `the end of ${taskId}; the agent printed ${this.agent.log}`,
      () => this.ends(taskId)[0],
    );
  }

  /** An offer of the agent that runs, and that was not used. */
  async offer(): Promise<Offer> {
    return await this.scheduler.offer().catch((error: Error) => {
      throw new Error(`${error.message}; the agent printed ${this.agent.log}`);
    });
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
    return findProcesses('MESOS_SANDBOX', (path) => path.startsWith(this.agent.root) && isTask(path));
  }

  /** Ends everything; nothing of the tasks may be left. */
  async stop(): Promise<void> {
    this.scheduler.stop();
    try {
      await this.agent.leave();
    } finally {
      await this.machine.stop();
    }
  }
}

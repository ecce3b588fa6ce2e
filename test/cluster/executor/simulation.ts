/**
 * An executor with an agent and containers that are made up. The agent may be killed between any two steps: what it had
 * not heard is lost, the containers go on, and the executor goes on from what it has saved.
 *
 * Checked: each task gets one terminal update and nothing after it; a container is launched once; the executor leaves, and
 * then no container runs and every task has ended at the agent.
 */

import type { TaskInfo, TaskStatus } from '../../../cluster/api/generated/mesos';
import type {
  ExecutorBoot,
  ExecutorEffect,
  ExecutorEvent,
  ExecutorInput,
  ExecutorKind,
} from '../../../cluster/executor/core/events';
import { type ExecutorState, rebuiltFrom } from '../../../cluster/executor/core/state';
import { executorMachine } from '../../../cluster/executor/core/step';
import type { SavedExecutor } from '../../../cluster/executor/core/task';
import { parseSaved, printSaved } from '../../../cluster/executor/edge/checkpoint';
import type { ExitStatus } from '../../../cluster/model/exit-status';
import { nextInteger, nextRandom, type Random, randomFrom } from '../../../cluster/model/random';
import { isTerminal, type TaskState } from '../../../cluster/model/task-state';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { BOOT, taskOf } from './play-executor';

interface MadeUpContainer {
  readonly taskId: string;
  end: ExitStatus | undefined;
}

interface AgentTask {
  readonly info: TaskInfo;
  state: TaskState;
}

type Executor = Mailbox<ExecutorState, ExecutorEvent, ExecutorEffect, ExecutorBoot>;

export class Simulation {
  readonly journal: string[] = [];
  private readonly clock = new VirtualClock(0);
  private readonly random: Random;
  private readonly violations: string[] = [];
  private readonly containers = new Map<string, MadeUpContainer>();
  /** The tasks of the agent, and the uuids of updates it has heard: both outlive it. */
  private readonly tasks = new Map<string, AgentTask>();
  private readonly heard = new Set<string>();
  private saved: SavedExecutor | undefined;
  private savedBefore: SavedExecutor | undefined;
  private executor: Executor | undefined;
  /** Orders and messages on their way; they end with the agent. */
  private way: (() => void)[] = [];
  private left = false;
  private names = 0;

  constructor(
    private readonly kind: ExecutorKind,
    seed: number,
    private readonly options: { readonly savesLate?: boolean } = {},
  ) {
    this.random = randomFrom(seed);
    if (kind === 'command') this.containers.set('C', { taskId: 't', end: undefined });
    this.start(undefined);
  }

  /** Does this many things at random, and then ends everything. Returns the violations. */
  run(steps: number): readonly string[] {
    for (let step = 0; step < steps && !this.isOver(); step++) this.act();
    this.post({ kind: 'agent.shutdown' });
    for (let step = 0; step < 300 && !this.isOver(); step++) {
      this.deliver();
      this.clock.advance(1000);
    }
    if (!this.isOver()) this.violations.push('the executor does not leave');
    void this.executor?.stop();
    return this.violations;
  }

  private isOver(): boolean {
    return this.left || this.violations.length > 0;
  }

  private act(): void {
    const actions = [
      () => this.launch(),
      () => this.deliver(),
      () => this.deliver(),
      () => this.clock.advance(nextInteger(this.random, 4000)),
      () => this.endSome(),
      () => this.killSome(),
      () => this.restart(),
    ];
    actions[nextInteger(this.random, actions.length)]?.();
  }

  private chance(probability: number): boolean {
    return nextRandom(this.random) < probability;
  }

  private say(line: string): void {
    this.journal.push(`${this.clock.now()} ${line}`);
  }

  private post(event: ExecutorInput): void {
    if (!this.left) this.executor?.post(event);
  }

  /** Something that takes time, and is lost when the agent is killed. */
  private later(happen: () => void): void {
    this.way.push(happen);
  }

  private deliver(): void {
    for (const happen of this.way.splice(0)) happen();
  }

  private launch(): void {
    if (this.kind === 'command') {
      if (this.tasks.size === 0) this.admit(['t'], ([task]) => task && { kind: 'agent.launch', task });
      return;
    }
    if (this.tasks.size > 9 || !this.executor?.state.connected) return;
    const ids = Array.from({ length: 1 + nextInteger(this.random, 3) }, () => `t${this.names++}`);
    this.admit(ids, (tasks) => ({ kind: 'agent.launchGroup', tasks }));
  }

  private admit(
    ids: readonly string[],
    event: (tasks: readonly TaskInfo[]) => ExecutorInput | undefined,
  ): void {
    const infos = ids.map((id) =>
      taskOf(id, {
        ...(this.chance(0.2) && { max_completion_time: { nanoseconds: 5e9 } }),
        ...(this.chance(0.3) && {
          health_check: {
            type: 'TCP',
            tcp: { port: 1 },
            delay_seconds: 1,
            interval_seconds: 1,
            grace_period_seconds: 2,
          },
        }),
      }),
    );
    const input = this.executor?.state.connected ? event(infos) : undefined;
    if (!input) return;
    for (const info of infos) this.tasks.set(info.task_id.value, { info, state: 'TASK_STAGING' });
    this.say(`launch ${ids.join(' ')}`);
    this.post(input);
  }

  private endSome(): void {
    for (const [id, container] of this.containers)
      if (container.end === undefined && this.chance(0.15))
        this.endContainer(id, { code: nextInteger(this.random, 2) });
  }

  private endContainer(id: string, end: ExitStatus): void {
    const container = this.containers.get(id);
    if (!container || container.end) return;
    container.end = end;
    this.say(`container of ${container.taskId} ends`);
    this.later(() => this.post({ kind: 'task.exited', taskId: container.taskId, end: { status: end } }));
  }

  private killSome(): void {
    const ids = [...this.tasks.keys()];
    const taskId = ids[nextInteger(this.random, Math.max(1, ids.length))];
    if (taskId === undefined || !this.executor?.state.connected) return;
    this.say(`kill ${taskId}`);
    this.post({ kind: 'agent.kill', taskId, killPolicy: undefined });
  }

  /** kill -9 of the agent, and its next start. */
  private restart(): void {
    const isLost = this.chance(0.1);
    this.say(isLost ? 'restart without the state' : 'restart');
    void this.executor?.stop();
    // Launches under way are done or not; all other things on their way are lost.
    this.way = [];
    const open = [...this.tasks.values()].filter(({ state }) => !isTerminal(state));
    const views = open.map(({ info }) => ({ info, containerId: this.containerOf(info.task_id.value) }));
    const saved = this.options.savesLate ? this.savedBefore : this.saved;
    this.start(
      isLost || saved === undefined
        ? rebuiltFrom(views, { framework: undefined, seed: nextInteger(this.random, 2 ** 32) })
        : saved,
    );
  }

  private containerOf(taskId: string): string {
    const entry = [...this.containers].find(([, container]) => container.taskId === taskId);
    return entry?.[0] ?? 'C.unknown';
  }

  private start(saved: SavedExecutor | undefined): void {
    const boot: ExecutorBoot = {
      ...BOOT,
      kind: this.kind,
      seed: this.random.word,
      saved,
      recoveryTimeoutMs: Number.MAX_SAFE_INTEGER,
    };
    this.executor = new Mailbox({
      machine: executorMachine,
      boot,
      clock: this.clock,
      log: silentLogger,
      isStrict: true,
      onBroken: (error) => this.violations.push(`broken: ${error.message}`),
      perform: {
        save: (effect) => {
          this.savedBefore = this.saved;
          this.saved = parseSaved(printSaved(effect.saved)) as SavedExecutor;
        },
        subscribe: ({ updates }) => {
          this.later(() => {
            this.post({ kind: 'agent.subscribed', subscribed: WELCOME });
            for (const status of updates) this.hear(status);
          });
        },
        update: ({ status }) => this.later(() => this.hear(status)),
        run: ({ task }) => this.attach(task.task_id.value, 'C'),
        nest: ({ container }) => this.nest(container.containerId, container.taskId),
        adopt: ({ taskId, containerId }) => this.attach(taskId, containerId),
        signal: ({ taskId, signal }) => {
          this.say(`${signal} ${taskId}`);
          if (signal === 'SIGKILL' || this.chance(0.5))
            this.endContainer(this.containerOf(taskId), { signal });
        },
        check: ({ taskId, checker }) =>
          this.later(() => {
            const succeeded = this.chance(0.5);
            const result = { status: { type: 'TCP', tcp: { succeeded } } } as const;
            this.post({ kind: 'task.checked', taskId, checker, result });
          }),
        exit: () => this.leave(),
      },
    });
    this.post(saved ? { kind: 'resumed' } : { kind: 'woke', timer: 'subscribe' });
  }

  private attach(taskId: string, containerId: string): void {
    const container = this.containers.get(containerId);
    if (container) this.later(() => this.post({ kind: 'task.started', taskId }));
    if (!container || container.end)
      this.later(() => this.post({ kind: 'task.exited', taskId, end: { status: container?.end } }));
  }

  private nest(containerId: string, taskId: string): void {
    if (this.containers.has(containerId))
      this.violations.push(`the container of ${taskId} is launched twice`);
    if (this.chance(0.1)) {
      this.later(() => this.post({ kind: 'task.failed', taskId, reason: 'no image' }));
      return;
    }
    // It is there when the agent is killed now, or not.
    if (this.chance(0.5)) this.containers.set(containerId, { taskId, end: undefined });
    this.later(() => {
      if (!this.containers.has(containerId)) this.containers.set(containerId, { taskId, end: undefined });
      this.attach(taskId, containerId);
    });
  }

  /** The agent hears an update, keeps it, and acknowledges it unless it is killed before. */
  private hear(status: TaskStatus): void {
    const { task_id, state, uuid = '' } = status;
    const task = this.tasks.get(task_id.value);
    if (!this.heard.has(uuid)) {
      this.heard.add(uuid);
      this.say(`${task_id.value} ${state}`);
      if (!task) this.violations.push(`an update of ${task_id.value}, which is unknown`);
      else if (isTerminal(task.state))
        this.violations.push(`${task_id.value} is ${state} after ${task.state}`);
      else task.state = state;
    }
    if (this.chance(0.9)) this.later(() => this.post({ kind: 'agent.acknowledged', uuid }));
  }

  private leave(): void {
    this.left = true;
    this.say('exit');
    // A launch that is cut off by the end of the executor ends with its container.
    for (const [id, { info, state }] of this.tasks)
      if (!isTerminal(state)) this.violations.push(`the executor left, and ${id} is ${state} (${info.name})`);
    for (const { taskId, end } of this.containers.values())
      if (!end && this.tasks.has(taskId))
        this.violations.push(`the executor left, and the container of ${taskId} runs`);
  }
}

const WELCOME = {
  executor_info: { executor_id: { value: 't' } },
  framework_info: { user: 'root', name: 'f', capabilities: [{ type: 'TASK_KILLING_STATE' }] },
  agent_info: { hostname: 'h' },
} as const;

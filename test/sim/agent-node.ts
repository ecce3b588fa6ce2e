/**
 * An agent in the simulation, with its executors: the real machines; only processes are made up.
 */

import type { AgentEffect, RecoveredExecutor } from '../../cluster/agent/core/state/effects';
import type { CheckpointChange } from '../../cluster/agent/core/state/entries';
import type { AgentBoot, AgentEvent, AgentInput } from '../../cluster/agent/core/state/events';
import type { AgentState } from '../../cluster/agent/core/state/state';
import { readMessage } from '../../cluster/agent/edge/messages';
import type { Call, Event as ExecutorEvent } from '../../cluster/api/generated/executor';
import type { TaskInfo, TaskStatus } from '../../cluster/api/generated/mesos';
import { encodeProtobuf } from '../../cluster/api/protobuf';
import type { ExecutorInput } from '../../cluster/executor/core/events';
import { executorMachine } from '../../cluster/executor/core/step';
import { readExecutorEvent } from '../../cluster/executor/edge/session';
import { isTerminal } from '../../cluster/model/task-state';
import type { VirtualClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { Mailbox, type Performers } from '../../cluster/runtime/mailbox';
import { DiskModel } from '../cluster/agent/disk-model';
import { AGENT_BOOT } from '../cluster/agent/interpreter';
import { resources } from '../cluster/master/builders';
import { checkDelivered, unacknowledged } from './checkers/delivered';
import type { Machines } from './machines';
import { MASTER_PID, type MessagePeer } from './master-node';
import type { Network } from './network';

/** The master, as an agent and its machine see it. */
export interface MasterPeer {
  readonly isUp: boolean;
  receive(from: string, name: string, body: Uint8Array): void;
  linkBroke(pid: string): void;
}

export interface AgentOutside {
  readonly machine: Machines['agent'];
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly master: MasterPeer;
  /** Uuids of the updates that frameworks have got. */
  readonly delivered: ReadonlySet<string>;
  readonly broken: (error: Error) => void;
  /** True when the next commit fails; none does without it. */
  readonly failsCommit?: () => boolean;
}

const ENDED = { status: undefined, message: 'ended' };

type AgentMailbox = Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot>;

interface Container {
  readonly id: string;
  /** The stream of its subscription. */
  stream: string | undefined;
  readonly post: (event: ExecutorInput) => void;
  task: TaskInfo | undefined;
  /** The made-up process. */
  running: boolean;
  gone: boolean;
}

export class AgentNode implements MessagePeer {
  isUp = false;
  mailbox: AgentMailbox | undefined;
  readonly containers = new Map<string, Container>();
  readonly pid: string;
  private readonly ip: string;
  readonly disk = new DiskModel();
  /** Containers that have ended and whose end no agent has been told. */
  private readonly ended = new Set<string>();
  private rebooted = false;
  private streams = 0;
  private starts = 0;
  private linked = false;
  private requests = 0;
  /** Number of runs of each task's process. */
  readonly runs = new Map<string, number>();
  /** The ends that executors have told, and that the agent has acknowledged to them, by task. */
  readonly acknowledgedEnds = new Map<string, string>();
  private readonly reported = new Map<string, TaskStatus>();
  /** Number of effects after which the agent is killed. */
  effectsLeft = Number.POSITIVE_INFINITY;

  constructor(
    private readonly outside: AgentOutside,
    private readonly index: number,
  ) {
    this.ip = `10.0.1.${index}`;
    this.pid = `slave(1)@${this.ip}:5051`;
  }

  get host(): string {
    return `agent-${this.index}`;
  }

  start(): void {
    this.isUp = true;
    const boot: AgentBoot = {
      ...AGENT_BOOT,
      ip: this.ip,
      hostname: this.host,
      resources: resources({ cpus: '4', mem: '4096', ports: '31000-31999' }),
      // Another one for each start, as for real: ids and uuids of an earlier run do not come again.
      seed: this.index + 1000 * this.starts++,
      startedAt: this.outside.clock.now(),
      agentId: this.disk.agentId,
      recovery: {
        mode: 'reconnect',
        rebooted: this.rebooted,
        bootId: undefined,
        entries: this.disk.entries(),
        errors: 0,
      },
    };
    this.rebooted = false;
    this.mailbox = new Mailbox({
      machine: this.outside.machine,
      boot,
      clock: this.outside.clock,
      log: silentLogger,
      isStrict: true,
      onBroken: this.outside.broken,
      perform: this.untilStopped({
        send: ({ name, message }) => this.sendMessage(name, encodeProtobuf(name, message)),
        tell: () => undefined,
        link: () => this.link(),
        checkpoint: ({ commit, changes }) => this.write(commit, changes),
        recover: ({ executors }) => this.adopt(executors),
        launch: (order) => this.launch(order),
        update: ({ containerId }) => this.post({ kind: 'container.updated', containerId }),
        destroy: ({ containerId }) => this.end(containerId),
        event: ({ stream, event }) => this.toExecutor(stream, event),
        close: ({ stream }) => this.streamClosed(stream),
        answer: () => undefined,
        touch: () => undefined,
        remove: () => undefined,
        measure: () => undefined,
        measureLoad: () => undefined,
        stopped: () => this.crash(),
        abort: () => this.restart(this.outside.network.someMs(3000)),
      }),
    });
    this.post({ kind: 'recover' });
    this.post({ kind: 'master.detected', pid: MASTER_PID });
  }

  /** An operator clears what the agent remembers: it registers as a new one. */
  forget(): void {
    this.disk.clear();
  }

  get agentId(): string | undefined {
    return this.disk.agentId;
  }

  get machine(): { hostname: string; ip: string } {
    return { hostname: this.host, ip: this.ip };
  }

  /** The machine is lost, with all that runs on it. */
  crash(): void {
    for (const container of this.containers.values()) container.gone = true;
    this.containers.clear();
    this.ended.clear();
    this.rebooted = true;
    this.stop();
  }

  /** The performers of one run of the agent: none does anything once it has been killed. */
  private untilStopped(performers: Performers<AgentEffect>): Performers<AgentEffect> {
    const run = this.starts;
    const guard = (perform: (effect: never) => void) => (effect: never) => {
      if (!this.isUp || this.starts !== run) return;
      perform(effect);
      this.effectsLeft -= 1;
      if (this.effectsLeft === 0) this.restart(this.outside.network.someMs(3000));
    };
    const entries = Object.entries(performers).map(([kind, perform]) => [kind, guard(perform)]);
    return Object.fromEntries(entries) as Performers<AgentEffect>;
  }

  /** kill -9, and a new start after a while. */
  restart(downMs: number): void {
    if (!this.isUp) return;
    this.stop();
    this.outside.network.after(downMs, () => this.isUp || this.start());
  }

  /** kill -9 of the agent: its containers go on, and their executors notice. What it was writing is on disk, or is not. */
  stop(): void {
    this.isUp = false;
    void this.mailbox?.stop();
    this.mailbox = undefined;
    this.linked = false;
    if (this.outside.network.someMs(2) === 1) this.disk.takeFinished();
    else this.disk.takeHeld();
    for (const { stream } of this.containers.values()) if (stream !== undefined) this.streamClosed(stream);
    this.outside.network.after(this.outside.network.someMs(20), () =>
      this.outside.master.linkBroke(this.pid),
    );
  }

  receive(name: string, body: Uint8Array): void {
    if (!this.isUp) return;
    const event = readMessage({ from: MASTER_PID, name, body: Buffer.from(body) });
    if (event?.kind === 'master.acknowledge') this.acknowledged(event);
    else if (event) this.post(event);
  }

  private acknowledged(event: AgentInput): void {
    const before = this.mailbox?.read(unacknowledged);
    this.post(event);
    const after = this.mailbox?.read(unacknowledged);
    if (before && after) checkDelivered(before, after, this.outside.delivered);
  }

  linkBroke(pid: string): void {
    if (!this.linked) return;
    this.linked = false;
    this.post({ kind: 'master.exited', pid });
  }

  /** Tasks whose process runs. */
  runningTasks(): string[] {
    return [...this.containers.values()].flatMap(({ running, task }) =>
      running && task ? [task.task_id.value] : [],
    );
  }

  /** kill -9 of one task's process. */
  killProcess(taskId: string): void {
    const container = [...this.containers.values()].find(({ task }) => task?.task_id.value === taskId);
    if (container) this.endProcess(container, 'SIGKILL');
  }

  private write(commit: number, changes: readonly CheckpointChange[]): void {
    const { mailbox } = this;
    this.disk.write(commit, changes);
    this.outside.network.after(this.outside.network.someMs(10), () => {
      if (this.mailbox !== mailbox) return;
      if (this.outside.failsCommit?.()) {
        for (const failed of this.disk.takeHeld())
          this.post({ kind: 'checkpoint.failed', commit: failed, reason: 'EIO' });
        return;
      }
      for (const done of this.disk.takeFinished()) this.post({ kind: 'checkpointed', commit: done });
    });
  }

  /** Adopts the containers of these executors, destroys all others, and tells which have ended meanwhile. */
  private adopt(executors: readonly RecoveredExecutor[]): void {
    const wanted = new Set(executors.map(({ containerId }) => containerId));
    for (const container of [...this.containers.values()]) {
      if (wanted.has(container.id)) continue;
      container.gone = true;
      this.containers.delete(container.id);
    }
    const isKnown = (id: string): boolean => this.containers.has(id) || this.ended.has(id);
    const containerIds = [...wanted].filter(isKnown);
    this.outside.network.after(this.outside.network.someMs(50), () => {
      this.post({ kind: 'recovered', containerIds });
      for (const containerId of this.ended)
        this.post({ kind: 'container.exited', containerId, termination: ENDED });
      this.ended.clear();
    });
  }

  private streamClosed(stream: string): void {
    const container = [...this.containers.values()].find((candidate) => candidate.stream === stream);
    if (!container) return;
    container.stream = undefined;
    this.outside.network.send(
      `container ${container.id}`,
      () => container.gone || container.post({ kind: 'agent.disconnected', reason: 'closed' }),
    );
  }

  private post(event: AgentInput): void {
    this.mailbox?.post(event);
  }

  private sendMessage(name: string, body: Uint8Array): void {
    this.outside.network.sendUnsure({ from: this.pid, to: MASTER_PID, name }, () =>
      this.outside.master.receive(this.pid, name, body),
    );
  }

  private link(): void {
    this.linked = true;
    if (!this.outside.master.isUp) this.outside.network.after(5, () => this.linkBroke(MASTER_PID));
  }

  private launch({
    spec: { containerId, frameworkId, executorId },
  }: Extract<AgentEffect, { kind: 'launch' }>): void {
    const ids = { framework_id: { value: frameworkId }, executor_id: { value: executorId } };
    const local = (run: () => void): void => this.outside.network.send(`container ${containerId}`, run);
    const container: Container = {
      id: containerId,
      stream: undefined,
      post: (event) => executor.post(event),
      task: undefined,
      running: false,
      gone: false,
    };
    this.containers.set(containerId, container);
    const executor = new Mailbox({
      machine: executorMachine,
      boot: {
        kind: 'command',
        frameworkId,
        executorId,
        seed: this.containers.size,
        startedAt: this.outside.clock.now(),
        shutdownGraceMs: 3000,
        recoveryTimeoutMs: 900_000,
      },
      clock: this.outside.clock,
      log: silentLogger,
      isStrict: true,
      onBroken: this.outside.broken,
      perform: {
        subscribe: ({ tasks, updates }) => {
          const unacknowledged_updates = updates.map((status) => ({ status }));
          const call = { ...ids, subscribe: { unacknowledged_tasks: tasks, unacknowledged_updates } };
          local(() => container.gone || this.subscribe(container, call));
        },
        update: ({ status }) => {
          this.reported.set(status.uuid ?? '', status);
          const call = { ...ids, type: 'UPDATE' as const, update: { status } };
          local(() => container.gone || this.post({ kind: 'executor.call', request: this.requests++, call }));
        },
        save: () => undefined,
        run: ({ task }) => {
          container.task = task;
          container.running = true;
          const taskId = task.task_id.value;
          this.runs.set(taskId, (this.runs.get(taskId) ?? 0) + 1);
          local(() => container.gone || executor.post({ kind: 'task.started', taskId }));
        },
        nest: () => undefined,
        adopt: () => undefined,
        signal: ({ signal }) => this.endProcess(container, signal),
        check: () => undefined,
        exit: () => this.end(containerId),
      },
    });
    local(() => container.gone || executor.post({ kind: 'woke', timer: 'subscribe' }));
  }

  /** An executor subscribes; while the agent is away it is told that its connection broke. */
  private subscribe(container: Container, call: Call): void {
    const stream = `${container.id} ${this.streams++}`;
    container.stream = stream;
    if (this.isUp) this.post({ kind: 'executor.subscribe', stream, call });
    else this.streamClosed(stream);
  }

  private toExecutor(stream: string, event: ExecutorEvent): void {
    const container = [...this.containers.values()].find((candidate) => candidate.stream === stream);
    const input = readExecutorEvent(event);
    this.noteEnd(event);
    if (container && input)
      this.outside.network.send(`container ${container.id}`, () => container.gone || container.post(input));
  }

  private noteEnd({ acknowledged }: ExecutorEvent): void {
    const status = acknowledged && this.reported.get(acknowledged.uuid);
    if (status && isTerminal(status.state)) this.acknowledgedEnds.set(status.task_id.value, status.state);
  }

  private endProcess(container: Container, signal: string): void {
    if (!container.running) return;
    container.running = false;
    const taskId = container.task?.task_id.value ?? '';
    this.outside.network.after(
      this.outside.network.someMs(50),
      () => container.gone || container.post({ kind: 'task.exited', taskId, end: { status: { signal } } }),
    );
  }

  private end(containerId: string): void {
    const container = this.containers.get(containerId);
    if (container) container.gone = true;
    this.containers.delete(containerId);
    this.outside.network.after(this.outside.network.someMs(10), () => {
      if (this.isUp) this.post({ kind: 'container.exited', containerId, termination: ENDED });
      else this.ended.add(containerId);
    });
  }
}

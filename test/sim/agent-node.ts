/**
 * An agent in the simulation, with its executors: the real machines; only processes are made up.
 */

import type { AgentEffect } from '../../cluster/agent/core/effects';
import type { AgentBoot, AgentEvent, AgentInput } from '../../cluster/agent/core/events';
import type { AgentState } from '../../cluster/agent/core/state';
import { readMasterMessage } from '../../cluster/agent/edge/messages';
import type { Event as ExecutorEvent } from '../../cluster/api/generated/executor';
import type { Resource, TaskInfo } from '../../cluster/api/generated/mesos';
import { encodeProtobuf } from '../../cluster/api/protobuf';
import type { ExecutorInput } from '../../cluster/executor/core/events';
import { executorMachine } from '../../cluster/executor/core/step';
import { readExecutorEvent } from '../../cluster/executor/edge/session';
import type { VirtualClock } from '../../cluster/runtime/clock';
import { silentLogger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';
import { AGENT_BOOT } from '../cluster/agent/interpreter';
import { resources } from '../cluster/master/builders';
import { checkDelivered, unacknowledged } from './checkers/delivered';
import type { Machines } from './machines';
import { MASTER_PID, type MasterNode, type MessagePeer } from './master-node';
import type { Network } from './network';

export interface AgentOutside {
  readonly machine: Machines['agent'];
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly master: MasterNode;
  /** Uuids of the updates that frameworks have got. */
  readonly delivered: ReadonlySet<string>;
  readonly broken: (error: Error) => void;
}

const ENDED = { status: undefined, message: 'ended' };

type AgentMailbox = Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot>;

interface Container {
  readonly id: string;
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
  private remembered: string | undefined;
  private kept: readonly Resource[] = [];
  private linked = false;
  private requests = 0;

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
      seed: this.index,
      startedAt: this.outside.clock.now(),
      agentId: this.remembered,
      checkpointed: this.kept,
    };
    this.mailbox = new Mailbox({
      machine: this.outside.machine,
      boot,
      clock: this.outside.clock,
      log: silentLogger,
      isStrict: true,
      onBroken: this.outside.broken,
      perform: {
        send: ({ name, message }) => this.sendMessage(name, encodeProtobuf(name, message)),
        link: () => this.link(),
        remember: ({ agentId }) => {
          this.remembered = agentId;
        },
        keep: ({ resources: kept }) => {
          this.kept = kept;
        },
        launch: (order) => this.launch(order),
        update: () => undefined,
        destroy: ({ containerId }) => this.end(containerId),
        event: ({ stream, event }) => this.toExecutor(stream, event),
        close: () => undefined,
        answer: () => undefined,
        touch: () => undefined,
        remove: () => undefined,
        measure: () => undefined,
        stopped: () => this.crash(),
      },
    });
    this.post({ kind: 'master.detected', pid: MASTER_PID });
  }

  /** An operator clears what the agent remembers: it registers as a new one. */
  forget(): void {
    this.remembered = undefined;
    this.kept = [];
  }

  get agentId(): string | undefined {
    return this.remembered;
  }

  get machine(): { hostname: string; ip: string } {
    return { hostname: this.host, ip: this.ip };
  }

  /** The machine is lost, with all that runs on it. */
  crash(): void {
    this.isUp = false;
    void this.mailbox?.stop();
    this.mailbox = undefined;
    this.linked = false;
    for (const container of this.containers.values()) container.gone = true;
    this.containers.clear();
    this.outside.network.after(this.outside.network.someMs(20), () =>
      this.outside.master.linkBroke(this.pid),
    );
  }

  receive(name: string, body: Uint8Array): void {
    if (!this.isUp) return;
    const event = readMasterMessage({ from: MASTER_PID, name, body: Buffer.from(body) });
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
        subscribe: () =>
          local(
            () =>
              container.gone ||
              this.post({ kind: 'executor.subscribe', stream: containerId, call: { ...ids, subscribe: {} } }),
          ),
        update: ({ status }) => {
          const call = { ...ids, type: 'UPDATE' as const, update: { status } };
          local(() => container.gone || this.post({ kind: 'executor.call', request: this.requests++, call }));
        },
        save: () => undefined,
        run: ({ task }) => {
          container.task = task;
          container.running = true;
          const taskId = task.task_id.value;
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

  private toExecutor(stream: string, event: ExecutorEvent): void {
    const container = this.containers.get(stream);
    const input = readExecutorEvent(event);
    if (container && input)
      this.outside.network.send(`container ${stream}`, () => container.gone || container.post(input));
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
    this.outside.network.after(this.outside.network.someMs(10), () =>
      this.post({ kind: 'container.exited', containerId, termination: ENDED }),
    );
  }
}

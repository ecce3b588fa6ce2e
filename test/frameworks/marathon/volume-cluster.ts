/**
 * A master and agents whose resources can be reserved and have volumes made on them, around the Marathon machine on a
 * virtual clock. Agents may be away, operations may get lost, and Marathon may crash at any time.
 *
 * Always true: nothing is taken from an agent that it does not have free, and a task sees on its volumes what earlier tasks
 * of its instance have written there, and nothing else.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { ResourceOperation } from '../../../cluster/model/conversions';
import {
  allocateTo,
  containsResources,
  type Resources,
  readResources,
  reservedRole,
  subtractResources,
  unallocated,
  type WireResource,
  writeLegacyResources,
} from '../../../cluster/model/resources';
import { isTerminal } from '../../../cluster/model/task-state';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { MemoryStore } from '../../../cluster/state/memory';
import type { App } from '../../../frameworks/marathon/api/app';
import type { Pod, PodContainer } from '../../../frameworks/marathon/api/pod';
import type { MarathonBoot } from '../../../frameworks/marathon/core/boot';
import type { Answer, MarathonEffect } from '../../../frameworks/marathon/core/state/effects';
import type {
  MarathonEvent,
  NewMarathonEvent,
  RootChange,
} from '../../../frameworks/marathon/core/state/events';
import { DEFAULT_SETTINGS, type MarathonSettings } from '../../../frameworks/marathon/core/state/settings';
import type { Instance, MarathonState } from '../../../frameworks/marathon/core/state/state';
import { marathonMachine } from '../../../frameworks/marathon/core/step';
import { conversionOf, converted, wireOf } from './conversion-of';
import { app } from './fake-cluster';
import { container, type PodMembers, pod } from './pods';

export const ROLE = 'web';

interface VolumeAgent {
  readonly id: string;
  /** With reservations and volumes. */
  total: Resources;
  isAway: boolean;
}

interface VolumeTask {
  readonly info: mesos.TaskInfo;
  readonly agentId: string;
  readonly resources: Resources;
  /** That of its group, whose resources are in use until it has ended after the last of its tasks. */
  readonly executor?: VolumeExecutor | undefined;
  state: mesos.TaskState;
  endedAt?: number | undefined;
}

interface VolumeExecutor {
  readonly id: string;
  readonly resources: Resources;
}

const FRAMEWORK_ID = 'F1';
/** An executor ends so long after its last task. */
const EXECUTOR_END_MS = 1500;

/** An app with a persistent volume. */
export function database(members: Record<string, unknown> = {}): App {
  const { volumes = [{ containerPath: 'data', persistent: { size: 10 } }], ...rest } = members;
  return app({ id: '/db', role: ROLE, container: { volumes }, ...rest });
}

/** A pod of two containers with a persistent volume that both mount. */
export function podDatabase(members: PodMembers = {}): Pod {
  const mounting = (name: string, mountPath: string): PodContainer =>
    container(name, { volumeMounts: [{ name: 'data', mountPath }] });
  return pod({
    id: '/pods/db',
    role: ROLE,
    volumes: [{ name: 'data', persistent: { type: 'root', size: 10, constraints: [] } }],
    containers: [mounting('web', 'data'), mounting('side', 'shared')],
    ...members,
    scheduling: {
      upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
      unreachableStrategy: 'disabled',
      ...members.scheduling,
    },
  });
}

export function wire(resources: readonly WireResource[]): Resources {
  return unallocated(readResources(resources));
}

export function scalar(name: string, value: number, more: Partial<WireResource> = {}): WireResource {
  return { name, type: 'SCALAR', scalar: { value }, ...more };
}

/** An agent's resources: 4 cpus, 4096 MiB, a disk of 100 MiB, ten ports. */
export function machine(): WireResource[] {
  const range = [{ begin: 31_000, end: 31_009 }];
  const ports: WireResource = { name: 'ports', type: 'RANGES', ranges: { range } };
  return [scalar('cpus', 4), scalar('mem', 4096), scalar('disk', 100), ports];
}

export class VolumeCluster {
  readonly clock = new VirtualClock(Date.parse('2030-01-01T00:00:00.000Z'));
  readonly agents = new Map<string, VolumeAgent>();
  readonly tasks = new Map<string, VolumeTask>();
  /** The ids of the tasks that wrote to each volume. */
  readonly files = new Map<string, string[]>();
  readonly operations: mesos.Offer.Operation[] = [];
  /** True for a call that gets lost on its way. */
  loses: (call: scheduler.Call) => boolean = () => false;
  private readonly store = new MemoryStore();
  private mailbox: Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot>;
  private readonly offered = new Map<string, { readonly agentId: string; readonly resources: Resources }>();
  private readonly refusedUntil = new Map<string, number>();
  private readonly answers = new Map<number, Answer>();
  private isSuppressed = false;
  private nextId = 1;
  private seed = 1;

  constructor(
    agents: Readonly<Record<string, readonly WireResource[]>> = { S1: machine(), S2: machine() },
    private readonly settings: Partial<MarathonSettings> = {},
  ) {
    for (const [id, resources] of Object.entries(agents))
      this.agents.set(id, { id, total: wire(resources), isAway: false });
    this.mailbox = this.open();
    this.post({ kind: 'started' });
    this.subscribe();
    this.allocateEverySecond();
  }

  get state(): MarathonState {
    return this.mailbox.state;
  }

  private open(): Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot> {
    const stored = this.store.fetchAllNow('marathon/');
    return new Mailbox({
      machine: marathonMachine,
      boot: {
        at: this.clock.now(),
        seed: this.seed++,
        settings: { ...DEFAULT_SETTINGS, role: ROLE, principal: 'marathon', ...this.settings },
        stored: stored.map(({ name, value }) => ({ name, text: value.toString() })),
      },
      clock: this.clock,
      log: silentLogger,
      isStrict: true,
      onBroken: (error) => {
        throw error;
      },
      perform: {
        framework: () => undefined,
        call: ({ call }) => this.call(call),
        store: ({ ticket, changes }) => {
          this.store.commitNow(
            changes.map(({ name, value }) => ({
              name,
              value: value === undefined ? undefined : Buffer.from(value),
            })),
          );
          this.post({ kind: 'stored', ticket });
        },
        publish: () => undefined,
        answer: ({ request, answer }) => void this.answers.set(request, answer),
        probe: () => undefined,
        resign: ({ reason }) => {
          throw new Error(reason);
        },
      },
    });
  }

  /** The process ends without a word, and another one starts from what is stored. */
  crash(): void {
    void this.mailbox.stop();
    this.offered.clear();
    this.refusedUntil.clear();
    this.mailbox = this.open();
    this.post({ kind: 'started' });
    this.subscribe();
  }

  private subscribe(): void {
    this.isSuppressed = false;
    this.post({ kind: 'scheduler.subscribed', frameworkId: FRAMEWORK_ID, master: 'http://m:5050' });
  }

  private post(event: NewMarathonEvent): void {
    this.mailbox.post(event);
  }

  /** The connection ends before the answer to a call, which the master may have taken. */
  refuse(call: scheduler.Call): void {
    this.post({ kind: 'scheduler.refused', call, reason: 'connection lost' });
  }

  advance(seconds: number): void {
    this.clock.advance(seconds * 1000);
  }

  change(change: RootChange, force = false): Answer | undefined {
    const request = this.nextId++;
    this.post({ kind: 'api.change', request, change, force, group: '/' });
    return this.answers.get(request);
  }

  kill(instance: Instance | undefined, how: { scale?: boolean; wipe?: boolean } = {}): void {
    const taskIds = [instance?.task?.id ?? instance?.id ?? ''];
    const { scale = false, wipe = false } = how;
    this.post({ kind: 'api.kill', request: this.nextId++, taskIds, scale, wipe, force: true });
  }

  instances(appId = '/db'): Instance[] {
    return [...(this.state.byApp.get(appId) ?? [])].flatMap((id) => this.state.instances.get(id) ?? []);
  }

  running(appId = '/db'): Instance[] {
    return this.instances(appId).filter(({ condition }) => condition === 'Running');
  }

  /** Resources of all agents that some instance has for itself, and volumes. */
  reserved(): Resources {
    return [...this.agents.values()].flatMap(({ total }) =>
      total.filter((resource) => reservedRole(resource) !== '*'),
    );
  }

  /** The types of the operations so far. */
  operationTypes(): string[] {
    return this.operations.map(({ type }) => type ?? '');
  }

  /** Ends a task by itself. */
  end(taskId: string, state: mesos.TaskState, more: Partial<mesos.TaskStatus> = {}): void {
    const task = this.tasks.get(taskId);
    if (!task || isTerminal(task.state)) return;
    task.state = state;
    if (isTerminal(state)) task.endedAt = this.clock.now();
    this.tell(task, state, more);
  }

  /** The agent is away: its tasks are unreachable, and come back with it. */
  setAway(agentId: string, isAway: boolean): void {
    const agent = this.agents.get(agentId);
    if (!agent || agent.isAway === isAway) return;
    agent.isAway = isAway;
    for (const [offerId, offer] of this.offered) {
      if (offer.agentId !== agentId) continue;
      this.offered.delete(offerId);
      this.post({ kind: 'scheduler.rescind', offerId });
    }
    for (const task of this.tasks.values())
      if (task.agentId === agentId && !isTerminal(task.state))
        this.tell(task, isAway ? 'TASK_UNREACHABLE' : task.state);
  }

  private tell(
    { info, agentId }: VolumeTask,
    state: mesos.TaskState,
    more: Partial<mesos.TaskStatus> = {},
  ): void {
    const status = { task_id: info.task_id, agent_id: { value: agentId }, state, ...more };
    this.post({ kind: 'scheduler.update', status });
  }

  private allocateEverySecond(): void {
    this.clock.wakeAt(this.clock.now() + 1000, () => {
      this.allocate();
      this.allocateEverySecond();
    });
  }

  private allocate(): void {
    if (this.isSuppressed) return;
    for (const agent of this.agents.values()) {
      const isOut = [...this.offered.values()].some(({ agentId }) => agentId === agent.id);
      if (isOut || agent.isAway || (this.refusedUntil.get(agent.id) ?? 0) > this.clock.now()) continue;
      const id = `O${this.nextId++}`;
      const resources = this.free(agent);
      this.offered.set(id, { agentId: agent.id, resources });
      this.post({ kind: 'scheduler.offers', offers: [offerOf(id, agent.id, resources)] });
    }
  }

  private free({ id, total }: VolumeAgent): Resources {
    const used = [...this.tasks.values()].filter(
      ({ agentId, state }) => agentId === id && !isTerminal(state),
    );
    const executors = new Set(
      [...this.tasks.values()].flatMap(({ agentId, executor, endedAt = this.clock.now() }) =>
        executor && agentId === id && this.clock.now() < endedAt + EXECUTOR_END_MS ? executor : [],
      ),
    );
    return [...used, ...executors].reduce((left, { resources }) => subtractResources(left, resources), total);
  }

  private call(call: scheduler.Call): void {
    switch (call.type) {
      case 'ACCEPT':
        return this.accept(call);
      case 'DECLINE':
        for (const { value } of call.decline?.offer_ids ?? []) this.decline(value, call.decline);
        return;
      case 'REVIVE':
        this.isSuppressed = false;
        return this.refusedUntil.clear();
      case 'SUPPRESS':
        this.isSuppressed = true;
        return;
      case 'KILL':
        return this.killTask(call.kill?.task_id.value ?? '');
      case 'RECONCILE':
        for (const { task_id } of call.reconcile?.tasks ?? []) this.reconcile(task_id.value);
        return;
      default:
    }
  }

  private decline(offerId: string, decline: scheduler.Call.Decline | undefined): void {
    const offer = this.offered.get(offerId);
    this.offered.delete(offerId);
    const until = this.clock.now() + (decline?.filters?.refuse_seconds ?? 5) * 1000;
    if (offer) this.refusedUntil.set(offer.agentId, until);
  }

  private accept(call: scheduler.Call): void {
    const offerId = call.accept?.offer_ids?.[0]?.value ?? '';
    const offer = this.offered.get(offerId);
    this.offered.delete(offerId);
    const agent = this.agents.get(offer?.agentId ?? '');
    if (!offer || !agent || this.loses(call)) return;
    for (const operation of call.accept?.operations ?? []) {
      this.operations.push(operation);
      for (const info of operation.launch?.task_infos ?? []) this.launch(agent, info);
      if (operation.launch_group) this.launchGroup(agent, operation.launch_group);
      const conversion = conversionOf(operation);
      if (conversion) this.convert(agent, conversion);
    }
  }

  private convert(agent: VolumeAgent, conversion: ResourceOperation): void {
    if (conversion.type === 'DESTROY')
      for (const { meta } of conversion.volumes) this.files.delete(meta.disk?.persistence?.id ?? '');
    converted(this.free(agent), conversion);
    agent.total = converted(agent.total, conversion);
  }

  private launchGroup(agent: VolumeAgent, group: mesos.Offer.Operation.LaunchGroup): void {
    const executor = { id: group.executor.executor_id.value, resources: wireOf(group.executor.resources) };
    if (!containsResources(this.free(agent), executor.resources))
      throw new Error(`no room for ${executor.id}`);
    for (const info of group.task_group.tasks ?? []) this.launch(agent, info, executor);
  }

  private launch(agent: VolumeAgent, info: mesos.TaskInfo, executor?: VolumeExecutor): void {
    const taskId = info.task_id.value;
    const resources = wireOf(info.resources);
    if (!containsResources(this.free(agent), resources)) throw new Error(`no room for ${taskId}`);
    if (this.tasks.has(taskId)) throw new Error(`${taskId} was launched twice`);
    this.write(taskId, [...resources, ...(executor?.resources ?? [])]);
    const task: VolumeTask = { info, agentId: agent.id, resources, executor, state: 'TASK_STAGING' };
    this.tasks.set(taskId, task);
    this.clock.wakeAt(this.clock.now() + 10, () => {
      if (task.state !== 'TASK_STAGING') return;
      task.state = 'TASK_RUNNING';
      if (!agent.isAway) this.tell(task, 'TASK_RUNNING');
    });
  }

  /** A task writes its id to its volumes, on which tasks of its instance alone have written. */
  private write(taskId: string, resources: Resources): void {
    const instanceOf = (id: string): string => id.split('.').slice(0, 2).join('.');
    for (const { meta } of resources) {
      const id = meta.disk?.persistence?.id;
      if (id === undefined) continue;
      const lines = this.files.get(id) ?? [];
      const foreign = lines.find((line) => instanceOf(line) !== instanceOf(taskId));
      if (foreign !== undefined) throw new Error(`${taskId} reads what ${foreign} wrote`);
      this.files.set(id, [...lines, taskId]);
    }
  }

  private killTask(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (!task || this.agents.get(task.agentId)?.isAway) return;
    this.clock.wakeAt(this.clock.now() + 10, () => {
      if (!this.agents.get(task.agentId)?.isAway) this.end(taskId, 'TASK_KILLED');
    });
  }

  private reconcile(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (!task) {
      const status = { task_id: { value: taskId }, state: 'TASK_GONE' as const };
      return this.post({ kind: 'scheduler.update', status });
    }
    const isAway = this.agents.get(task.agentId)?.isAway ?? true;
    this.tell(task, isAway && !isTerminal(task.state) ? 'TASK_UNREACHABLE' : task.state);
  }
}

function offerOf(id: string, agentId: string, resources: Resources): mesos.Offer {
  const allocation_info = { role: ROLE };
  return {
    id: { value: id },
    framework_id: { value: FRAMEWORK_ID },
    agent_id: { value: agentId },
    hostname: `${agentId}.test`,
    resources: writeLegacyResources(allocateTo(resources, ROLE)) as unknown as mesos.Resource[],
    allocation_info,
  };
}

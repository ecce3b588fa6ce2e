/**
 * A master and its agents as seen by one framework, around the Marathon machine on a virtual clock: offers, tasks,
 * acknowledgements, reconciliation, all without sockets. Tests say how tasks and probes behave.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { isTerminal } from '../../../cluster/model/task-state';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { silentLogger } from '../../../cluster/runtime/log';
import { Mailbox, type Recorder } from '../../../cluster/runtime/mailbox';
import { MemoryStore } from '../../../cluster/state/memory';
import { tasksOfOperation } from '../../../frameworks/kit/core/session/calls';
import type { App } from '../../../frameworks/marathon/api/app';
import { normalizeApp } from '../../../frameworks/marathon/api/app-normalization';
import { readAppUpdate } from '../../../frameworks/marathon/api/app-update';
import type { BusEvent } from '../../../frameworks/marathon/api/events';
import { newReading } from '../../../frameworks/marathon/api/read';
import type { MarathonBoot } from '../../../frameworks/marathon/core/boot';
import type { Answer, MarathonEffect, Probe } from '../../../frameworks/marathon/core/state/effects';
import type {
  MarathonEvent,
  NewMarathonEvent,
  ProbeResult,
  RootChange,
} from '../../../frameworks/marathon/core/state/events';
import { DEFAULT_SETTINGS, type MarathonSettings } from '../../../frameworks/marathon/core/state/settings';
import type { Instance, MarathonState } from '../../../frameworks/marathon/core/state/state';
import { marathonMachine } from '../../../frameworks/marathon/core/step';
import { numberedUuid } from '../../cluster/numbered-uuid';

export interface FakeAgent {
  readonly id: string;
  readonly host: string;
  readonly cpus: number;
  readonly mem: number;
  readonly disk?: number;
  readonly ports: readonly [number, number];
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface FakeTask {
  readonly info: mesos.TaskInfo;
  readonly agent: FakeAgent;
  state: mesos.TaskState;
  /** The default executor of a group: it ends all tasks when one of them does not end well. */
  readonly executor?: mesos.ExecutorInfo | undefined;
}

export interface ClusterOptions {
  readonly agents?: readonly FakeAgent[];
  readonly settings?: Partial<MarathonSettings>;
  readonly store?: MemoryStore;
  readonly startAt?: number;
  /** Tasks that survive from an earlier Marathon. */
  readonly tasks?: Map<string, FakeTask>;
  readonly frameworkId?: string;
  readonly recorder?: (boot: MarathonBoot) => Recorder;
  readonly connect?: boolean;
  /** Waits this long before a store is durable. */
  readonly storeMs?: number;
}

export function agent(index: number, more: Partial<FakeAgent> = {}): FakeAgent {
  return { id: `S${index}`, host: `host${index}`, cpus: 16, mem: 32_000, ports: [31_000, 31_999], ...more };
}

/** An app in canonical form from what a user would write. */
export function app(members: Record<string, unknown>): App {
  const reading = newReading();
  const update = readAppUpdate(
    { id: '/app', cmd: 'sleep 1000', cpus: 0.1, mem: 32, ...members },
    '',
    reading,
  );
  if (!update || reading.problems.length > 0) throw new Error(JSON.stringify(reading.problems));
  return normalizeApp({
    id: update.id ?? '/app',
    update,
    role: '*',
    options: { mesosBridgeName: 'mesos-bridge' },
  });
}

export class FakeCluster {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly events: BusEvent[] = [];
  readonly calls: scheduler.Call[] = [];
  readonly answers = new Map<number, Answer>();
  readonly tasks: Map<string, FakeTask>;
  readonly boot: MarathonBoot;
  agents: FakeAgent[];
  /** How a launched task goes on: pairs of delay and state. */
  behaviour: (info: mesos.TaskInfo) => [number, mesos.TaskState][] = () => [[10, 'TASK_RUNNING']];
  /** Whether a task reacts to a kill. */
  killable = true;
  probeResult: (probe: Probe, instanceId: string) => ProbeResult = () => ({ ok: true });
  failedStores = false;
  readonly mailbox: Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot>;
  private frameworkId: string;
  private readonly refusedUntil = new Map<string, number>();
  private readonly offered = new Map<string, { agent: FakeAgent; resources: mesos.Resource[] }>();
  private connected = false;
  private suppressed = false;
  private nextOffer = 1;
  private nextRequest = 1;
  private nextUuid = 1;
  private readonly storeMs: number;
  resigned: string | undefined;
  broken: Error | undefined;

  constructor(options: ClusterOptions = {}) {
    this.clock = new VirtualClock(options.startAt ?? Date.parse('2030-01-01T00:00:00.000Z'));
    this.store = options.store ?? new MemoryStore();
    this.tasks = options.tasks ?? new Map();
    this.agents = [...(options.agents ?? [agent(1), agent(2), agent(3)])];
    this.frameworkId = options.frameworkId ?? 'F1';
    this.storeMs = options.storeMs ?? 0;
    this.boot = {
      at: this.clock.now(),
      seed: 42,
      settings: { ...DEFAULT_SETTINGS, ...options.settings },
      stored: this.storedNow(),
    };
    this.mailbox = new Mailbox({
      machine: marathonMachine,
      boot: this.boot,
      clock: this.clock,
      log: silentLogger,
      recorder: options.recorder?.(this.boot),
      isStrict: true,
      onBroken: (error) => {
        this.broken = error;
      },
      perform: {
        framework: ({ info }) => {
          this.lastInfo = info;
        },
        call: ({ call }) => this.call(call),
        store: ({ ticket, changes }) => this.performStore(ticket, changes),
        publish: ({ event }) => void this.events.push(event),
        answer: ({ request, answer }) => void this.answers.set(request, answer),
        probe: ({ probe, target, purpose, check }) =>
          this.later(1, () =>
            this.post({ kind: 'probed', probe, target, purpose, result: this.probeResult(check, target) }),
          ),
        resign: ({ reason }) => {
          this.resigned = reason;
        },
      },
    });
    this.post({ kind: 'started' });
    if (options.connect !== false) this.connect();
    this.allocateEverySecond();
  }

  lastInfo: mesos.FrameworkInfo | undefined;

  private storedNow(): { name: string; text: string }[] {
    const all: { name: string; text: string }[] = [];
    for (const variable of (
      this.store as unknown as { variables: Map<string, { name: string; value: Buffer }> }
    ).variables.values()) {
      all.push({ name: variable.name, text: variable.value.toString() });
    }
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private performStore(
    ticket: number,
    changes: readonly { name: string; value: string | undefined }[],
  ): void {
    const commit = (): void => {
      if (this.failedStores) return this.post({ kind: 'store.failed', ticket, reason: 'disk full' });
      this.store.commitNow(
        changes.map(({ name, value }) => ({
          name,
          value: value === undefined ? undefined : Buffer.from(value),
        })),
      );
      this.post({ kind: 'stored', ticket });
    };
    if (this.storeMs > 0) this.later(this.storeMs, commit);
    else commit();
  }

  get state(): MarathonState {
    return this.mailbox.state;
  }

  post(event: NewMarathonEvent): void {
    this.mailbox.post(event);
    if (this.broken) throw this.broken;
  }

  /** Subscribes, as a master would that knows the framework or makes it new. */
  connect(): void {
    this.connected = true;
    this.suppressed = false;
    if (this.lastInfo?.id) this.frameworkId = this.lastInfo.id.value;
    this.post({ kind: 'scheduler.subscribed', frameworkId: this.frameworkId, master: 'http://master:5050' });
    this.allocate();
  }

  disconnect(): void {
    this.connected = false;
    this.offered.clear();
    this.post({ kind: 'scheduler.disconnected', reason: 'test' });
  }

  /** The master has removed the framework: all its tasks are gone. */
  removeFramework(nextId: string): void {
    this.connected = false;
    this.tasks.clear();
    this.frameworkId = nextId;
    this.post({ kind: 'scheduler.disconnected', reason: 'removed' });
    this.post({ kind: 'scheduler.error', message: 'Framework has been removed' });
  }

  advance(ms: number): this {
    this.clock.advance(ms);
    if (this.broken) throw this.broken;
    return this;
  }

  change(change: RootChange, more: { force?: boolean; create?: boolean } = {}): Answer | undefined {
    const request = this.nextRequest++;
    this.post({ kind: 'api.change', request, change, force: false, group: '/', ...more });
    return this.answers.get(request);
  }

  put(...apps: Record<string, unknown>[]): Answer | undefined {
    return this.change({ put: apps.map(app) });
  }

  ask(wish: {
    kind: 'api.kill' | 'api.cancel' | 'api.reset-delay';
    [key: string]: unknown;
  }): Answer | undefined {
    const request = this.nextRequest++;
    this.post({ ...wish, request } as unknown as NewMarathonEvent);
    return this.answers.get(request);
  }

  instances(appId = '/app'): Instance[] {
    return [...(this.state.byApp.get(appId) ?? [])].flatMap((id) => this.state.instances.get(id) ?? []);
  }

  running(appId = '/app'): Instance[] {
    return this.instances(appId).filter(({ condition }) => condition === 'Running');
  }

  eventTypes(): string[] {
    return this.events.map(({ eventType }) => eventType);
  }

  callsOf(type: scheduler.Call.Type): scheduler.Call[] {
    return this.calls.filter((call) => call.type === type);
  }

  /** Changes a task's state and tells Marathon. */
  update(taskId: string, state: mesos.TaskState, more: Partial<mesos.TaskStatus> = {}): void {
    const task = this.tasks.get(taskId);
    if (task) {
      if (isTerminal(task.state)) return;
      task.state = state;
      if (isTerminal(state) && state !== 'TASK_FINISHED') this.endGroup(task);
    }
    const uuid = numberedUuid(this.nextUuid++);
    this.tell({
      task_id: { value: taskId },
      state,
      uuid,
      ...(task && { agent_id: task.info.agent_id }),
      ...more,
    });
  }

  private endGroup({ executor, info }: FakeTask): void {
    if (!executor || !this.killable) return;
    for (const [id, other] of this.tasks) {
      if (other.info === info || other.agent.id !== this.tasks.get(info.task_id.value)?.agent.id) continue;
      if (other.executor && idOf(other.executor) === idOf(executor) && !isTerminal(other.state))
        this.later(10, () => this.update(id, 'TASK_KILLED'));
    }
  }

  private tell(status: mesos.TaskStatus): void {
    if (this.connected) this.post({ kind: 'scheduler.update', status });
  }

  later(ms: number, callback: () => void): void {
    this.clock.wakeAt(this.clock.now() + ms, callback);
  }

  private allocateEverySecond(): void {
    this.later(1000, () => {
      this.allocate();
      this.allocateEverySecond();
    });
  }

  /** Offers what is free, unless suppressed or refused. */
  allocate(): void {
    if (!this.connected || this.suppressed) return;
    const offers = this.agents.flatMap((each) => this.offerOf(each) ?? []);
    if (offers.length > 0) this.post({ kind: 'scheduler.offers', offers });
  }

  private offerOf(each: FakeAgent): mesos.Offer | undefined {
    const isOut = [...this.offered.values()].some(({ agent: other }) => other.id === each.id);
    if (isOut || (this.refusedUntil.get(each.id) ?? 0) > this.clock.now()) return undefined;
    const used = [...this.tasks.values()].filter(
      ({ agent: on, state }) => on.id === each.id && !isTerminal(state),
    );
    const executors = new Map(used.flatMap(({ executor }) => (executor ? [[idOf(executor), executor]] : [])));
    const holders = [...used.map(({ info }) => info), ...executors.values()];
    const sum = (name: string): number => amountOf(holders, name);
    const usedPorts = new Set(holders.flatMap(portsOf));
    const free: number[] = [];
    for (let port = each.ports[0]; port <= each.ports[1]; port++) if (!usedPorts.has(port)) free.push(port);
    const allocation_info = { role: '*' };
    const resources: mesos.Resource[] = [
      {
        name: 'cpus',
        type: 'SCALAR',
        scalar: { value: each.cpus - sum('cpus') },
        role: '*',
        allocation_info,
      },
      { name: 'mem', type: 'SCALAR', scalar: { value: each.mem - sum('mem') }, role: '*', allocation_info },
      ...(each.disk === undefined
        ? []
        : [
            {
              name: 'disk',
              type: 'SCALAR' as const,
              scalar: { value: each.disk - sum('disk') },
              role: '*',
              allocation_info,
            },
          ]),
      {
        name: 'ports',
        type: 'RANGES',
        ranges: { range: free.map((port) => ({ begin: port, end: port })) },
        role: '*',
        allocation_info,
      },
    ];
    const id = `O${this.nextOffer++}`;
    this.offered.set(id, { agent: each, resources });
    return {
      id: { value: id },
      framework_id: { value: this.frameworkId },
      agent_id: { value: each.id },
      hostname: each.host,
      resources,
      attributes: Object.entries(each.attributes ?? {}).map(([name, value]) => ({
        name,
        type: 'TEXT',
        text: { value },
      })),
      allocation_info,
    };
  }

  private call(call: scheduler.Call): void {
    this.calls.push(call);
    if (!this.connected) return;
    switch (call.type) {
      case 'ACCEPT':
        return this.accept(call.accept ?? {});
      case 'DECLINE':
        return this.decline(call.decline ?? {});
      case 'REVIVE':
        this.suppressed = false;
        this.refusedUntil.clear();
        return this.later(1, () => this.allocate());
      case 'SUPPRESS':
        this.suppressed = true;
        return;
      case 'KILL':
        return this.kill(call.kill?.task_id.value ?? '');
      case 'RECONCILE':
        return this.reconcile(call.reconcile?.tasks ?? []);
      default:
    }
  }

  private decline({ offer_ids, filters }: scheduler.Call.Decline): void {
    for (const { value } of offer_ids ?? []) {
      const offer = this.offered.get(value);
      if (!this.offered.delete(value)) throw new Error(`offer ${value} was answered twice`);
      if (offer)
        this.refusedUntil.set(offer.agent.id, this.clock.now() + (filters?.refuse_seconds ?? 5) * 1000);
    }
  }

  private accept({ offer_ids, operations }: scheduler.Call.Accept): void {
    const offer = this.offered.get(offer_ids?.[0]?.value ?? '');
    for (const { value } of offer_ids ?? []) {
      if (!this.offered.delete(value)) throw new Error(`offer ${value} was answered twice`);
    }
    const launches = (operations ?? []).map((operation) => ({
      infos: tasksOfOperation(operation),
      executor: operation.launch_group?.executor,
    }));
    if (!offer) return;
    const wanted = launches.flatMap(({ infos, executor }) => [...infos, ...(executor ? [executor] : [])]);
    for (const name of ['cpus', 'mem']) {
      const has = offer.resources.find((r) => r.name === name)?.scalar?.value ?? 0;
      if (amountOf(wanted, name) > has + 1e-9) throw new Error(`more ${name} launched than offered`);
    }
    for (const { infos, executor } of launches)
      for (const info of infos) this.launch(info, offer.agent, executor);
  }

  private launch(info: mesos.TaskInfo, place: FakeAgent, executor: mesos.ExecutorInfo | undefined): void {
    const id = info.task_id.value;
    if (this.tasks.has(id)) throw new Error(`task ${id} was launched twice`);
    this.tasks.set(id, { info, agent: place, state: 'TASK_STAGING', executor });
    for (const [delay, state] of this.behaviour(info)) this.later(delay, () => this.update(id, state));
  }

  private kill(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (!task) this.later(1, () => this.tell({ task_id: { value: taskId }, state: 'TASK_UNKNOWN' }));
    else if (this.killable) this.later(10, () => this.update(taskId, 'TASK_KILLED'));
  }

  private reconcile(tasks: readonly scheduler.Call.Reconcile.Task[]): void {
    const ids = tasks.length > 0 ? tasks.map(({ task_id }) => task_id.value) : [...this.tasks.keys()];
    for (const id of ids) {
      const task = this.tasks.get(id);
      if (tasks.length === 0 && task && isTerminal(task.state)) continue;
      const state = task?.state ?? 'TASK_UNKNOWN';
      const agent_id = task?.info.agent_id;
      this.later(1, () =>
        this.tell({
          task_id: { value: id },
          state,
          reason: 'REASON_RECONCILIATION',
          ...(agent_id && { agent_id }),
        }),
      );
    }
  }
}

type Holder = Pick<mesos.TaskInfo, 'resources'>;

function idOf({ executor_id }: mesos.ExecutorInfo): string {
  return executor_id.value;
}

function amountOf(holders: readonly Holder[], name: string): number {
  const scalars = holders.flatMap(({ resources }) => resources?.find((r) => r.name === name)?.scalar ?? []);
  return scalars.reduce((sum, { value }) => sum + value, 0);
}

export function portsOf(info: Holder): number[] {
  const ranges = (info.resources ?? [])
    .filter(({ name }) => name === 'ports')
    .flatMap(({ ranges: r }) => r?.range ?? []);
  return ranges.flatMap(({ begin, end }) =>
    Array.from({ length: Number(end) - Number(begin) + 1 }, (_unused, index) => Number(begin) + index),
  );
}

/**
 * The commands of master scripts: a master on a virtual clock, with agents and frameworks played by the
 * script.
 */

import type { Registry } from '../../../cluster/api/generated/internal';
import type { Call as OperatorCall } from '../../../cluster/api/generated/master';
import type { DomainInfo } from '../../../cluster/api/generated/mesos';
import { encodeJson } from '../../../cluster/api/json-write';
import { decodeProtobuf, encodeProtobuf } from '../../../cluster/api/protobuf';
import type { MasterEffect } from '../../../cluster/master/core/effects';
import type { MasterBoot, MasterEvent, MasterInput } from '../../../cluster/master/core/events';
import type { MasterState } from '../../../cluster/master/core/state';
import { masterMachine } from '../../../cluster/master/core/step';
import { getMaintenanceStatus, getSchedule } from '../../../cluster/master/core/views/maintenance';
import { getAgents, getRoles } from '../../../cluster/master/core/views/operator';
import { roleSummaries } from '../../../cluster/master/core/views/roles';
import { readAcls } from '../../../cluster/model/acls';
import { printResources } from '../../../cluster/model/resources';
import type { TaskState } from '../../../cluster/model/task-state';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { type Interpreter, optionsOf } from '../../scripts/run';
import { keepingLogger } from '../runtime/recorded-log';
import { BOOT, resources, taskInfo } from './builders';
import { driverPid, said, saying, subscription } from './driver-words';
import { readOperation } from './operation-words';
import { printAgentLine, printEvent, printMessage, printRegistry, printRole } from './printed';

const UUID = (number: number): string => Buffer.alloc(16, number).toString('base64');

export class MasterScript {
  readonly clock = new VirtualClock(0);
  private readonly log = keepingLogger();
  mailbox;
  /** What the master that leads now has stored. */
  private registry: Registry = {};
  private out: string[] = [];
  private readonly held: { ticket: number; registry: Registry }[] = [];
  private holding = false;
  /** Agents that answer no ping; their pings are shown. */
  private readonly mute = new Set<string>();
  /** The same, but nobody wants to see the pings. */
  private readonly dead = new Set<string>();
  private readonly streams = new Map<string, string>();
  private streamNumber = 0;
  private updates = 0;
  private requests = 0;
  private epoch = 1;
  /** Who makes operators' calls; undefined for nobody in particular. */
  private operator: string | undefined;

  constructor(private boot: MasterBoot = BOOT) {
    this.mailbox = this.open(boot);
  }

  private open(boot: MasterBoot): Mailbox<MasterState, MasterEvent, MasterEffect, MasterBoot> {
    const say = (line: string): void => void this.out.push(line);
    return new Mailbox({
      machine: masterMachine,
      boot,
      clock: this.clock,
      log: this.log,
      onBroken: (error) => {
        throw error;
      },
      perform: {
        send: (effect) => {
          if (effect.name === 'mesos.internal.PingSlaveMessage' && !this.mute.has(effect.to)) {
            return this.post({ kind: 'agent.pong', pid: effect.to });
          }
          if (effect.name === 'mesos.internal.PingSlaveMessage' && this.dead.has(effect.to)) return;
          return say(`send ${effect.to}: ${printMessage(effect)}`);
        },
        link: ({ to }) => say(`link ${to}`),
        store: ({ ticket, registry }) => {
          say('store the registry');
          this.held.push({ ticket, registry });
          if (!this.holding) this.answerStores();
        },
        event: ({ stream, event }) => {
          if (event.type !== 'HEARTBEAT') say(`event ${this.nameOf(stream)}: ${printEvent(event)}`);
        },
        close: ({ stream, reason }) => {
          say(`close ${this.nameOf(stream)}: ${reason}`);
          this.post({ kind: 'scheduler.closed', stream, reason });
        },
        answer: ({ status, text }) => say(`answer ${status}${text ? ` ${text}` : ''}`),
        welcome: ({ stream }) => say(`welcome ${stream}`),
        publish: ({ event }) => say(`publish ${event.type}`),
        resign: ({ reason }) => say(`resign: ${reason}`),
      },
    });
  }

  get state(): MasterState {
    return this.mailbox.state;
  }

  readonly interpret: Interpreter = (words) => {
    this.out = [];
    const [command = '', ...rest] = words;
    const run = this.commands[command];
    if (!run) throw new Error(`no command ${command}`);
    run(rest, optionsOf(rest));
    return this.out;
  };

  post(event: MasterInput): void {
    this.mailbox.post(event);
  }

  private answerStores(): void {
    for (const { ticket, registry } of this.held.splice(0)) {
      this.registry = registry;
      this.post({ kind: 'registry.stored', ticket });
    }
  }

  /** The master is gone; another one takes over what it has stored. */
  private restart(): void {
    void this.mailbox.stop();
    this.held.length = 0;
    this.streams.clear();
    this.epoch += 1;
    this.mailbox = this.open({ ...this.boot, id: `${this.boot.id}${this.epoch}` });
    const bytes = encodeProtobuf('mesos.internal.Registry', this.registry);
    this.post({ kind: 'registry.fetched', registry: decodeProtobuf('mesos.internal.Registry', bytes) });
  }

  private nameOf(stream: string): string {
    return [...this.streams].find(([, one]) => one === stream)?.[0] ?? stream;
  }

  private frameworkId(name: string): string {
    const found = [...this.state.frameworks.values(), ...this.state.completed.values()].find(
      ({ info }) => info.name === name,
    );
    return found?.id ?? name;
  }

  private call(name: string, call: object): void {
    const framework_id = { value: this.frameworkId(name) };
    this.post({
      kind: 'scheduler.call',
      request: this.requests++,
      stream: this.streams.get(name),
      call: { framework_id, ...call },
    });
  }

  private operatorCall(call: OperatorCall): void {
    const principal = this.operator === undefined ? undefined : { value: this.operator };
    this.post({ kind: 'operator.call', request: this.requests++, call, principal });
  }

  private subscribe(name: string, given: Record<string, string>, id?: string): void {
    const stream = `stream-${++this.streamNumber}`;
    const known = id === undefined ? {} : { id: { value: id } };
    this.streams.set(name, stream);
    const capabilities = (given['caps'] ?? '')
      .split(',')
      .filter(Boolean)
      .map((type) => ({ type }) as never);
    const framework_info = {
      name,
      user: given['user'] ?? 'root',
      ...known,
      ...(given['role'] !== undefined && { role: given['role'] }),
      ...(given['roles'] !== undefined && { roles: given['roles'].split(',') }),
      failover_timeout: Number(given['failover'] ?? 0),
      checkpoint: given['checkpoint'] !== 'no',
      capabilities,
    };
    this.post({ kind: 'scheduler.subscribe', stream, subscribe: { framework_info } });
  }

  private readonly commands: Record<
    string,
    (words: readonly string[], options: Record<string, string>) => void
  > = {
    settings: (_words, given) => {
      const changed = Object.entries(given).map(([key, value]) => [key, JSON.parse(value) as unknown]);
      this.boot = { ...this.boot, settings: { ...this.boot.settings, ...Object.fromEntries(changed) } };
      void this.mailbox.stop();
      this.mailbox = this.open(this.boot);
    },
    acls: ([json = '{}']) => {
      const read = readAcls(JSON.parse(json));
      if ('error' in read) throw new Error(read.error);
      this.boot = { ...this.boot, settings: { ...this.boot.settings, acls: read.acls } };
      void this.mailbox.stop();
      this.mailbox = this.open(this.boot);
    },
    by: ([name]) => {
      this.operator = name;
    },
    start: (words) => {
      const minimum_capabilities = words.map((capability) => ({ capability }));
      this.post({ kind: 'registry.fetched', registry: { minimum_capabilities } });
    },
    registry: () => this.out.push(...printRegistry(this.state)),
    agents: () => {
      for (const agent of getAgents(this.state).agents ?? []) this.out.push(printAgentLine(agent));
    },
    metrics: (words) => {
      for (const name of words) this.out.push(`${name} ${this.state.counters.get(`master/${name}`) ?? 0}`);
    },
    counts: ([name]) => {
      const framework = [...this.state.frameworks.values()].find(({ info }) => info.name === name);
      for (const [what, number] of [...(framework?.counts ?? [])].sort()) this.out.push(`${what} ${number}`);
    },
    hold: () => {
      this.holding = true;
    },
    stored: () => {
      this.holding = false;
      this.answerStores();
    },
    failed: () => {
      for (const { ticket } of this.held.splice(0))
        this.post({ kind: 'registry.failed', ticket, reason: 'disk full' });
    },
    advance: ([seconds = '0']) => this.clock.advance(Number(seconds) * 1000),
    agent: ([name = ''], given) => {
      const slave = {
        hostname: given['host'] ?? name,
        resources: resources({ cpus: '4', mem: '4096', ...given }),
      };
      if (given['region'] !== undefined) Object.assign(slave, { domain: domainOf(given['region']) });
      const agent_capabilities = capabilitiesOf(given);
      const message = { slave, version: given['version'] ?? '1.11.0', agent_capabilities };
      this.post({ kind: 'agent.register', pid: pid(name), message });
    },
    reagent: ([name = '', id = ''], given) => {
      const slave = {
        hostname: given['host'] ?? name,
        id: { value: id },
        resources: resources({ cpus: '4', mem: '4096', ...given }),
      };
      const tasks = (given['tasks'] ?? '')
        .split(',')
        .filter(Boolean)
        .map((one) => {
          const [framework = '', task = '', state = 'TASK_RUNNING'] = one.split('/');
          return {
            name: task,
            task_id: { value: task },
            framework_id: { value: this.frameworkId(framework) },
            agent_id: { value: id },
            state: state as TaskState,
            resources: resources({ cpus: '1', mem: '128' }, '*'),
          };
        });
      const frameworks = (given['frameworks'] ?? '')
        .split(',')
        .filter(Boolean)
        .map((one) => ({
          name: one,
          user: 'root',
          id: { value: this.frameworkId(one) },
        }));
      this.post({
        kind: 'agent.reregister',
        pid: pid(name),
        message: {
          slave,
          version: given['version'] ?? '1.11.0',
          tasks,
          frameworks,
          agent_capabilities: capabilitiesOf(given),
        },
      });
    },
    unregister: ([name = '', id = '']) =>
      this.post({ kind: 'agent.unregister', pid: pid(name), agentId: id }),
    exited: ([name = '']) => this.post({ kind: 'agent.exited', pid: pid(name) }),
    mute: ([name = '']) => this.mute.add(pid(name)),
    dead: ([name = '']) => {
      this.mute.add(pid(name));
      this.dead.add(pid(name));
    },
    unmute: ([name = '']) => {
      this.mute.delete(pid(name));
      this.dead.delete(pid(name));
    },
    pong: ([name = '']) => this.post({ kind: 'agent.pong', pid: pid(name) }),
    framework: ([name = ''], given) => this.subscribe(name, given),
    reframework: ([name = ''], given) => this.subscribe(name, given, given['id'] ?? this.frameworkId(name)),
    driver: ([name = ''], given) => {
      const known = [...this.state.frameworks.values(), ...this.state.completed.values()].find(
        ({ info }) => info.name === name,
      );
      const id = given['id'] ?? (given['again'] === 'yes' ? known?.id : undefined);
      this.post(subscription(name, id, given));
    },
    say: ([name = '', ...words], given) => {
      const framework = given['as'] ?? this.frameworkId(name);
      const spoken = said(this.state, { framework, uuid: UUID(this.updates) }, given, words);
      this.post(saying(given['at'] ?? name, framework, spoken, given['form']));
    },
    noted: () => this.out.push(...this.log.lines.splice(0).map(({ text }) => text)),
    gone: ([place = '']) => this.post({ kind: 'agent.exited', pid: driverPid(place) }),
    disconnect: ([name = '']) => {
      const stream = this.streams.get(name) ?? '';
      this.streams.delete(name);
      this.post({ kind: 'scheduler.closed', stream, reason: 'the reader left' });
    },
    accept: ([name = '', offerIds = '', ...tasks], given) => {
      const ids = offerIds.split(',').map((number) => ({ value: `${this.state.boot.id}-${number}` }));
      const [first] = ids;
      const agentId = this.state.offers.get(first?.value ?? '')?.agentId ?? 'M-S0';
      const task_infos = tasks
        .filter((word) => !word.includes('='))
        .map((id) => taskInfo(id, given['agent'] ?? agentId, given));
      const filters = given['refuse'] === undefined ? undefined : { refuse_seconds: Number(given['refuse']) };
      const operations = [{ type: 'LAUNCH' as const, launch: { task_infos } }];
      this.call(name, { type: 'ACCEPT', accept: { offer_ids: ids, operations, filters } });
    },
    operate: ([name = '', offers = '', ...words]) => {
      const offer_ids = offers.split(',').map((offer) => ({ value: `${this.state.boot.id}-${offer}` }));
      const agentId = this.state.offers.get(offer_ids[0]?.value ?? '')?.agentId ?? 'M-S0';
      const operations = words.map((word) => readOperation(word, agentId, this.frameworkId(name)));
      this.call(name, {
        type: 'ACCEPT',
        accept: { offer_ids, operations, filters: { refuse_seconds: 1000 } },
      });
    },
    wish: ([id = '', word = '']) => this.operatorCall(wishOf(id, word)),
    total: () => {
      for (const { id, total } of this.state.agents.values())
        this.out.push(`${id} ${printResources(total) || 'nothing'}`);
    },
    operationStatus: ([name = '', state = '']) => {
      const agent = this.state.agents.get(this.state.agentIdByPid.get(pid(name)) ?? '');
      const [record] = agent?.operations.values() ?? [];
      const uuid = { value: UUID(++this.updates) };
      const message = {
        framework_id: record?.frameworkId === undefined ? undefined : { value: record.frameworkId },
        slave_id: { value: agent?.id ?? '' },
        status: { state: state as never, uuid },
        operation_uuid: { value: record?.uuid ?? UUID(99) },
      };
      this.post({ kind: 'agent.operation', pid: pid(name), message });
    },
    acknowledgeOperation: ([name = '', id = '', agent = '']) => {
      const acknowledge_operation_status = {
        operation_id: { value: id },
        agent_id: { value: agent },
        uuid: UUID(this.updates),
      };
      this.call(name, { type: 'ACKNOWLEDGE_OPERATION_STATUS', acknowledge_operation_status });
    },
    operations: () => {
      for (const { operations } of this.state.agents.values())
        for (const { info, latest, frameworkId } of operations.values())
          this.out.push(`${info.type} ${info.id?.value ?? '-'} ${latest.state} ${frameworkId ?? 'operator'}`);
    },
    executors: () => {
      for (const { id, executors } of this.state.agents.values())
        for (const executor of executors.values())
          this.out.push(`${id} ${executor.id} ${printResources(executor.resources)}`);
    },
    executorEnded: ([name = '', framework = '', executor = '']) => {
      const ids = {
        slave_id: { value: this.state.agentIdByPid.get(pid(name)) ?? '' },
        framework_id: { value: this.frameworkId(framework) },
        executor_id: { value: executor },
      };
      this.post({ kind: 'agent.exitedExecutor', pid: pid(name), message: { ...ids, status: 256 } });
    },
    reconcileOperations: ([name = '', ...ids]) => {
      const operations = ids.map((word) => {
        const [id = '', agent = ''] = word.split('@');
        return { operation_id: { value: id }, agent_id: { value: agent } };
      });
      this.call(name, { type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations } });
    },
    decline: ([name = '', offer = ''], given) => {
      const filters = given['refuse'] === undefined ? undefined : { refuse_seconds: Number(given['refuse']) };
      this.call(name, {
        type: 'DECLINE',
        decline: { offer_ids: [{ value: `${this.state.boot.id}-${offer}` }], filters },
      });
    },
    revive: ([name = '']) => this.call(name, { type: 'REVIVE' }),
    suppress: ([name = '']) => this.call(name, { type: 'SUPPRESS' }),
    kill: ([name = '', task = '', agent]) => {
      const agent_id = agent === undefined ? undefined : { value: agent };
      this.call(name, { type: 'KILL', kill: { task_id: { value: task }, agent_id } });
    },
    update: ([name = ''], given) => {
      const known = [...this.state.frameworks.values()].find(({ info }) => info.name === name)?.info;
      const framework_info = {
        user: 'root',
        ...known,
        name,
        ...(given['user'] !== undefined && { user: given['user'] }),
        roles: (given['roles'] ?? '*').split(','),
      };
      const suppressed_roles = given['suppressed']?.split(',') ?? [];
      this.call(name, { type: 'UPDATE_FRAMEWORK', update_framework: { framework_info, suppressed_roles } });
    },
    message: ([name = '', agent = '', executor = '']) => {
      const ids = { agent_id: { value: agent }, executor_id: { value: executor } };
      this.call(name, { type: 'MESSAGE', message: { ...ids, data: 'aGk=' } });
    },
    shutdown: ([name = '', agent = '', executor = '']) => {
      this.call(name, {
        type: 'SHUTDOWN',
        shutdown: { agent_id: { value: agent }, executor_id: { value: executor } },
      });
    },
    answer: ([name = '', framework = '', agent = '', executor = '']) => {
      const ids = { slave_id: { value: agent }, executor_id: { value: executor } };
      const message = { ...ids, framework_id: { value: this.frameworkId(framework) }, data: 'aGk=' };
      this.post({ kind: 'agent.message', pid: pid(name), message });
    },
    exitedExecutor: ([name = '', framework = '', agent = '', executor = '', status = '9']) => {
      const ids = { slave_id: { value: agent }, executor_id: { value: executor } };
      const message = {
        ...ids,
        framework_id: { value: this.frameworkId(framework) },
        status: Number(status),
      };
      this.post({ kind: 'agent.exitedExecutor', pid: pid(name), message });
    },
    agentUpdate: ([name = '', agent = '']) =>
      this.post({ kind: 'agent.update', pid: pid(name), message: { slave_id: { value: agent } } }),
    teardown: ([name = '']) => this.call(name, { type: 'TEARDOWN' }),
    reconcile: ([name = '', ...tasks]) => {
      const asked = tasks.map((word) => {
        const [task = '', agent] = word.split('@');
        return { task_id: { value: task }, ...(agent !== undefined && { agent_id: { value: agent } }) };
      });
      this.call(name, { type: 'RECONCILE', reconcile: { tasks: asked } });
    },
    status: ([name = '', framework = '', task = '', state = '']) => {
      this.post({
        kind: 'agent.status',
        pid: pid(name),
        update: {
          framework_id: { value: this.frameworkId(framework) },
          status: { task_id: { value: task }, state: state as TaskState, source: 'SOURCE_EXECUTOR' },
          timestamp: this.clock.now() / 1000,
          uuid: UUID(++this.updates),
        },
      });
    },
    acknowledge: ([name = '', task = '', agent = '', number = String(this.updates)]) => {
      const acknowledge = {
        task_id: { value: task },
        agent_id: { value: agent },
        uuid: UUID(Number(number)),
      };
      this.call(name, { type: 'ACKNOWLEDGE', acknowledge });
    },
    request: ([name = '']) => this.call(name, { type: 'REQUEST', request: {} }),
    weights: ([role = '', weight = '1']) => {
      const update_weights = { weight_infos: [{ role, weight: Number(weight) }] };
      this.operatorCall({ type: 'UPDATE_WEIGHTS', update_weights });
    },
    quota: ([role = ''], given) => {
      // `quota web guarantee=cpus:2,mem:100 limit=cpus:4 force=yes`
      const guarantees = scalarsOf(given['guarantee']);
      const quota_configs = [{ role, guarantees, limits: scalarsOf(given['limit']) }];
      const update_quota = { force: given['force'] === 'yes', quota_configs };
      this.operatorCall({ type: 'UPDATE_QUOTA', update_quota });
    },
    oldQuota: ([role = ''], given) => {
      const guarantee = Object.entries(scalarsOf(given['guarantee'])).map(([name, scalar]) => ({
        name,
        type: 'SCALAR' as const,
        scalar,
      }));
      const quota_request = { role, guarantee, force: given['force'] === 'yes' };
      this.operatorCall({ type: 'SET_QUOTA', set_quota: { quota_request } });
    },
    removeQuota: ([role = '']) => this.operatorCall({ type: 'REMOVE_QUOTA', remove_quota: { role } }),
    roles: () => this.out.push(...roleSummaries(this.state).map(printRole)),
    callRoles: () => {
      for (const role of getRoles(this.state).roles ?? []) this.out.push(encodeJson('mesos.v1.Role', role));
    },
    schedule: (words) => {
      // `a,b:10:60` is a window for two machines, from second 10 on for 60 seconds.
      const windows = words.map((word) => {
        const [machines = '', start = '0', duration] = word.split(':');
        return {
          machine_ids: machines.split(',').filter(Boolean).map(machineId),
          unavailability: {
            start: { nanoseconds: Number(start) * 1e9 },
            ...(duration !== undefined && { duration: { nanoseconds: Number(duration) * 1e9 } }),
          },
        };
      });
      const update_maintenance_schedule = { schedule: { windows } };
      this.operatorCall({ type: 'UPDATE_MAINTENANCE_SCHEDULE', update_maintenance_schedule });
    },
    machineDown: (words) =>
      this.operatorCall({ type: 'START_MAINTENANCE', start_maintenance: { machines: words.map(machineId) } }),
    machineUp: (words) =>
      this.operatorCall({ type: 'STOP_MAINTENANCE', stop_maintenance: { machines: words.map(machineId) } }),
    maintenance: () => {
      this.out.push(`schedule ${encodeJson('mesos.v1.maintenance.Schedule', getSchedule(this.state))}`);
      this.out.push(
        `status ${encodeJson('mesos.v1.maintenance.ClusterStatus', getMaintenanceStatus(this.state))}`,
      );
    },
    inverse: ([name = '', answer = '', ...numbers], given) => {
      const inverse_offer_ids = numbers
        .filter((word) => !word.includes('='))
        .map((number) => ({ value: `${this.state.boot.id}-${number}` }));
      const filters = given['refuse'] === undefined ? undefined : { refuse_seconds: Number(given['refuse']) };
      const answered = { inverse_offer_ids, filters };
      if (answer === 'accept')
        this.call(name, { type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: answered });
      else this.call(name, { type: 'DECLINE_INVERSE_OFFERS', decline_inverse_offers: answered });
    },
    restart: () => this.restart(),
    markGone: ([id = '']) =>
      this.operatorCall({ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: id } } }),
    drain: ([id = ''], given) => {
      const grace = given['grace'];
      const max_grace_period = grace === undefined ? undefined : { seconds: Number(grace), nanos: 0 };
      const drain_agent = { agent_id: { value: id }, mark_gone: given['gone'] === 'yes', max_grace_period };
      this.operatorCall({ type: 'DRAIN_AGENT', drain_agent });
    },
    deactivate: ([id = '']) =>
      this.operatorCall({ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id: { value: id } } }),
    reactivate: ([id = '']) =>
      this.operatorCall({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value: id } } }),
    operator: ([stream = '']) => this.post({ kind: 'operator.subscribe', stream }),
    free: () => {
      for (const { id, free } of this.state.allocator.agents.values())
        this.out.push(`${id} ${printResources(free) || 'nothing'}`);
    },
  };
}

function scalarsOf(text = ''): Record<string, { value: number }> {
  const parts = text.split(',').filter(Boolean);
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', value = '0'] = part.split(':');
      return [name, { value: Number(value) }];
    }),
  );
}

/** The machine of an agent: its name, at the address that its pid has. */
function machineId(word: string): { hostname?: string; ip?: string } {
  const [hostname = '', ip = ''] = word.split('@');
  return { ...(hostname !== '' && { hostname }), ...(ip !== '' && { ip }) };
}

function domainOf(region: string): DomainInfo {
  return { fault_domain: { region: { name: region }, zone: { name: 'zone' } } };
}

/** Capabilities of an agent: those of a modern one unless told otherwise. */
function capabilitiesOf(given: Record<string, string>): { type: never }[] {
  const words = given['caps'] ?? 'MULTI_ROLE,HIERARCHICAL_ROLE,RESERVATION_REFINEMENT,AGENT_DRAINING';
  return words.split(',').map((type) => ({ type: type as never }));
}

/** An operator's call for an operation on an agent. */
function wishOf(id: string, word: string): OperatorCall {
  const { type, reserve, unreserve, create, destroy, grow_volume, shrink_volume } = readOperation(
    word,
    id,
    '',
  );
  const agent_id = { value: id };
  return {
    type: WISHES[type ?? ''] as never,
    reserve_resources: reserve && { agent_id, ...reserve },
    unreserve_resources: unreserve && { agent_id, ...unreserve },
    create_volumes: create && { agent_id, ...create },
    destroy_volumes: destroy && { agent_id, ...destroy },
    grow_volume: grow_volume && { agent_id, ...grow_volume },
    shrink_volume: shrink_volume && { agent_id, ...shrink_volume },
  };
}

const WISHES: Record<string, string> = {
  RESERVE: 'RESERVE_RESOURCES',
  UNRESERVE: 'UNRESERVE_RESOURCES',
  CREATE: 'CREATE_VOLUMES',
  DESTROY: 'DESTROY_VOLUMES',
  GROW_VOLUME: 'GROW_VOLUME',
  SHRINK_VOLUME: 'SHRINK_VOLUME',
};

function pid(name: string): string {
  return `slave(1)@${name}:5051`;
}

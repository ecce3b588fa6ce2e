/**
 * Many agents behind one socket, for benchmarks and for people who write frameworks: the real agent machine
 * for each, made-up executors that report states on a schedule and run nothing.
 */

import { randomInt } from 'node:crypto';
import type { Event as ExecutorEvent } from '../../api/generated/executor';
import type * as mesos from '../../api/generated/mesos';
import { encodeProtobuf } from '../../api/protobuf';
import type { Clock } from '../../runtime/clock';
import { startHttpServer } from '../../runtime/http/server';
import { Lifetime, type Running } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import { Mailbox } from '../../runtime/mailbox';
import { Links } from '../../runtime/messages/links';
import { MessageRouter } from '../../runtime/messages/receive';
import { reachableAddress, toldAddress } from '../../runtime/messages/told-address';
import { VERSION } from '../../runtime/version';
import type { AgentEffect } from '../core/effects';
import type { AgentBoot, AgentEvent, AgentInput } from '../core/events';
import type { AgentState } from '../core/state';
import { agentMachine } from '../core/step';
import { readDetector } from './detector';
import { readMasterMessage } from './messages';

export interface EmulatorOptions {
  /** As the agent's own `--master`: one master, or where it is elected. */
  readonly master: string;
  /** For `zk://`; the agent's own default without it. */
  readonly sessionTimeoutMs?: number;
  readonly count: number;
  readonly ip: string;
  readonly port: number;
  readonly resources: readonly mesos.Resource[];
  /** A task ends by itself after this long, plus or minus the spread; 0 for never. */
  readonly taskMs: number;
  readonly taskSpreadMs: number;
  /** Agents wait a random time up to this before they register. */
  readonly registrationBackoffMs: number;
}

export interface EmulatedAgents extends Running {
  /** Number of registered agents. */
  registered(): number;
  /** Number of running tasks. */
  tasks(): number;
}

export interface EmulatorDeps {
  readonly log: Logger;
  readonly clock: Clock;
  /** No leader can be found any more. */
  readonly onEnd?: (reason: string) => void;
}

const SESSION_MS = 10_000;

type AgentMailbox = Mailbox<AgentState, AgentEvent, AgentEffect, AgentBoot>;

interface Shared {
  readonly options: EmulatorOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly links: Links;
  readonly address: { readonly address: string; readonly port: number };
  readonly running: { count: number };
}

/** Starts them all; each registers on its own, with whoever leads. */
export function startEmulatedAgents(options: EmulatorOptions, deps: EmulatorDeps): Promise<EmulatedAgents> {
  return Lifetime.start(async (life) => {
    toldAddress(options);
    const { master, sessionTimeoutMs = SESSION_MS } = options;
    const detect = await readDetector({ master, sessionTimeoutMs, log: deps.log });
    const router = new MessageRouter(deps.log);
    const http = await startHttpServer({
      what: 'the emulator',
      about: 'Emulated agents, to try a master at size.',
      address: options.ip,
      port: options.port,
      addressFlag: '--ip',
      portFlag: '--port',
      log: deps.log,
      messages: router,
      routes: [],
    });
    life.add(() => http.close());
    const agents: AgentMailbox[] = [];
    const links = new Links({
      from: { id: 'emulator', host: await reachableAddress({ ip: http.address }), port: http.port },
      log: deps.log,
      senders: options.count,
      exited: (pid) => {
        for (const agent of agents) agent.post({ kind: 'master.exited', pid });
      },
    });
    life.add(() => links.stop());
    const shared: Shared = { options, ...deps, links, address: http, running: { count: 0 } };
    for (let index = 1; index <= options.count; index++) {
      const agent = createAgent(shared, index);
      agents.push(agent);
      router.register(`slave(${index})`, (message) => {
        const event = readMasterMessage(message);
        if (event) agent.post(event);
      });
    }
    life.add(async () => {
      await Promise.all(agents.map((agent) => agent.stop()));
    });
    const detector = detect({
      changed: (pid) => {
        for (const agent of agents) agent.post({ kind: 'master.detected', pid });
      },
      failed: (reason) => deps.onEnd?.(reason),
    });
    life.add(() => detector.stop());
    return {
      registered: () => agents.filter(({ state }) => state.phase === 'running').length,
      tasks: () => shared.running.count,
    };
  });
}

function createAgent(shared: Shared, index: number): AgentMailbox {
  const { options, links, address, clock, log } = shared;
  const id = `slave(${index})`;
  const from = { id, host: address.address, port: address.port };
  const tasks = new Map<string, FakeTask>();
  const post = (event: AgentInput): void => mailbox.post(event);
  const mailbox: AgentMailbox = new Mailbox({
    machine: agentMachine,
    boot: bootOf(shared, index),
    clock,
    log: log.child({ agent: id }),
    onBroken: (error) =>
      log.error({ agent: id, error: error.stack ?? error.message }, 'an emulated agent broke'),
    perform: {
      send: ({ to, name, message }) => links.send(to, name, encodeProtobuf(name, message), from),
      link: ({ to }) => links.link(to),
      remember: () => undefined,
      keep: () => undefined,
      launch: ({ containerId, frameworkId, executorId }) => {
        const ids = { framework_id: { value: frameworkId }, executor_id: { value: executorId } };
        tasks.set(containerId, { ids, cancel: undefined, running: false });
        post({ kind: 'executor.subscribe', stream: containerId, call: { ...ids, subscribe: {} } });
      },
      destroy: ({ containerId }) => leave({ shared, tasks, post }, containerId),
      event: ({ stream, event }) => react({ shared, tasks, post }, stream, event, options),
      close: () => undefined,
      answer: () => undefined,
      stopped: () => undefined,
    },
  });
  return mailbox;
}

function bootOf({ options, address, clock }: Shared, index: number): AgentBoot {
  return {
    ip: address.address,
    port: address.port,
    hostname: `emulated-${index}`,
    version: VERSION,
    resources: options.resources,
    attributes: [],
    startedAt: clock.now(),
    seed: randomInt(2 ** 32),
    process: `slave(${index})`,
    agentId: undefined,
    workDir: '/emulated',
    settings: {
      registrationBackoffMs: options.registrationBackoffMs,
      executorRegistrationTimeoutMs: 60_000,
      executorShutdownGraceMs: 5000,
      maxCompletedExecutors: 0,
      executorEnvironment: {},
    },
  };
}

interface FakeTask {
  readonly ids: { readonly framework_id: mesos.FrameworkID; readonly executor_id: mesos.ExecutorID };
  cancel: (() => void) | undefined;
  running: boolean;
}

interface Place {
  readonly shared: Shared;
  readonly tasks: Map<string, FakeTask>;
  readonly post: (event: AgentInput) => void;
}

/** The emulated executor's reaction to its agent. */
function react(place: Place, container: string, event: ExecutorEvent, options: EmulatorOptions): void {
  const task = place.tasks.get(container);
  if (!task) return;
  if (event.type === 'LAUNCH') {
    task.running = true;
    place.shared.running.count += 1;
    report(place, task, 'TASK_RUNNING');
    if (options.taskMs === 0) return;
    const spread =
      options.taskSpreadMs === 0 ? 0 : randomInt(2 * options.taskSpreadMs) - options.taskSpreadMs;
    const endsAt = place.shared.clock.now() + Math.max(1, options.taskMs + spread);
    task.cancel = place.shared.clock.wakeAt(endsAt, () => finish(place, container, 'TASK_FINISHED'));
  } else if (event.type === 'KILL') {
    finish(place, container, 'TASK_KILLED');
  } else if (event.type === 'SHUTDOWN') {
    leave(place, container);
  }
}

function finish(place: Place, container: string, state: mesos.TaskState): void {
  const task = place.tasks.get(container);
  if (!task) return;
  report(place, task, state);
  leave(place, container);
}

function leave({ shared, tasks, post }: Place, container: string): void {
  const task = tasks.get(container);
  if (!task) return;
  task.cancel?.();
  if (task.running) shared.running.count -= 1;
  tasks.delete(container);
  post({ kind: 'container.exited', containerId: container, text: 'ended' });
}

let reports = 0;

function report({ post }: Place, { ids }: FakeTask, state: mesos.TaskState): void {
  const uuid = Buffer.alloc(16);
  uuid.writeUInt32BE(reports++ % 2 ** 32);
  uuid.writeUInt32BE(randomInt(2 ** 32), 12);
  // The bits of version 4: masters of Mesos ignore updates with any other uuid.
  uuid[6] = 0x40;
  uuid[8] = 0x80;
  const task_id = { value: ids.executor_id.value };
  const status = { task_id, state, uuid: uuid.toString('base64'), source: 'SOURCE_EXECUTOR' as const };
  post({ kind: 'executor.call', request: reports, call: { ...ids, type: 'UPDATE', update: { status } } });
}

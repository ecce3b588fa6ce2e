/**
 * Re-registration after a failover: a new master has the registry and nothing else, and every agent comes back with its
 * tasks. Messages are real protobuf, decoded and answered as on the wire; only the sockets are left out, as in the
 * original's benchmark, whose published times stand beside ours. Memory is printed, too.
 */

import type * as internal from '../../cluster/api/generated/internal';
import type * as mesos from '../../cluster/api/generated/mesos';
import { encodeProtobuf } from '../../cluster/api/protobuf';
import { masterFlags, masterSettings } from '../../cluster/master/config';
import type { MasterEffect } from '../../cluster/master/core/state/effects';
import type { MasterBoot, MasterEvent } from '../../cluster/master/core/state/events';
import type { MasterState } from '../../cluster/master/core/state/state';
import { masterMachine } from '../../cluster/master/core/step';
import { readAgentMessage } from '../../cluster/master/edge/agents';
import { systemClock } from '../../cluster/runtime/clock';
import { collectGarbage } from '../../cluster/runtime/collect-garbage';
import { parseFlags } from '../../cluster/runtime/config/flags';
import { silentLogger } from '../../cluster/runtime/log';
import { Mailbox } from '../../cluster/runtime/mailbox';

const AGENTS = Number(process.env['BENCH_AGENTS'] ?? 40_000);
const TASKS_PER_AGENT = Number(process.env['BENCH_TASKS'] ?? 10);
/** Ten ended frameworks an agent. */
const COMPLETED_FRAMEWORKS = 10;

export async function benchFailover(): Promise<void> {
  await measure({ completed: 0, original: 19 });
  await measure({ completed: Number(process.env['BENCH_COMPLETED'] ?? 100), original: 135 });
}

interface Shape {
  /** Ended tasks an agent, in ten frameworks. */
  readonly completed: number;
  /** The original's published seconds for 40,000 agents. */
  readonly original: number;
}

async function measure({ completed, original }: Shape): Promise<void> {
  const before = residentMb();
  const master = openMaster();
  master.post({ kind: 'registry.fetched', registry: registry() });
  await master.settled();
  let nanoseconds = 0n;
  let cpuUs = 0;
  for (let index = 0; index < AGENTS; index++) {
    const body = Buffer.from(reregistration(index, completed));
    const cpuBefore = process.cpuUsage();
    const began = process.hrtime.bigint();
    const name = 'mesos.internal.ReregisterSlaveMessage';
    const event = readAgentMessage({ from: pidOf(index), name, body });
    if (event) master.post(event);
    nanoseconds += process.hrtime.bigint() - began;
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuUs += user + system;
  }
  const seconds = Number(nanoseconds) / 1e9;
  const counted = master.answered();
  collectGarbage();
  const used = residentMb() - before;
  process.stdout.write(
    `${AGENTS} agents, ${AGENTS * TASKS_PER_AGENT} tasks, ${AGENTS * completed} ended ones: ` +
      `${counted} are back after ${seconds.toFixed(1)} s, ${(cpuUs / 1e6).toFixed(1)} s of CPU (the original, published: ${original} s), ` +
      `${used.toFixed(0)} MB more, ${((used * 1e6) / (AGENTS * TASKS_PER_AGENT)).toFixed(0)} bytes a task ` +
      'with its agent\n',
  );
  await master.stop();
}

function residentMb(): number {
  return process.memoryUsage.rss() / 1e6;
}

/** A master whose messages are encoded and counted, and whose registry is stored at once. */
function openMaster() {
  let answered = 0;
  let stores: Promise<void> = Promise.resolve();
  const { flags: config } = parseFlags(masterFlags, { command: 'master', about: '', args: [], env: {} });
  const boot: MasterBoot = {
    id: 'bench',
    hostname: 'bench',
    ip: '127.0.0.1',
    port: 5050,
    version: '1.11.0',
    startedAt: 0,
    seed: 1,
    settings: masterSettings(config),
  };
  const mailbox = new Mailbox<MasterState, MasterEvent, MasterEffect, MasterBoot>({
    machine: masterMachine,
    boot,
    clock: systemClock(),
    log: silentLogger,
    onBroken: (error) => {
      throw error;
    },
    perform: {
      send: ({ name, message }) => {
        encodeProtobuf(name, message);
        if (name === 'mesos.internal.SlaveReregisteredMessage') answered += 1;
      },
      link: () => undefined,
      store: ({ registry: value, ticket }) => {
        encodeProtobuf('mesos.internal.Registry', value);
        stores = stores.then(() => mailbox.post({ kind: 'registry.stored', ticket }));
      },
      event: () => undefined,
      close: () => undefined,
      answer: () => undefined,
      welcome: () => undefined,
      publish: () => undefined,
      resign: ({ reason }) => {
        throw new Error(reason);
      },
    },
  });
  return {
    post: mailbox.post.bind(mailbox),
    settled: () => stores,
    answered: () => answered,
    stop: () => mailbox.stop(),
  };
}

const RESOURCES: readonly mesos.Resource[] = [
  { name: 'cpus', type: 'SCALAR', scalar: { value: 16 } },
  { name: 'mem', type: 'SCALAR', scalar: { value: 65_536 } },
  { name: 'disk', type: 'SCALAR', scalar: { value: 100_000 } },
  { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
];

const pidOf = (index: number): string => `slave(${index})@127.0.0.1:5051`;

function slave(index: number): internal.SlaveInfo {
  return {
    hostname: `agent-${index}`,
    id: { value: `old-S${index}` },
    port: 5051,
    resources: RESOURCES,
    checkpoint: true,
  };
}

function registry(): internal.Registry {
  return { slaves: { slaves: Array.from({ length: AGENTS }, (_none, index) => ({ info: slave(index) })) } };
}

function framework(name: string): mesos.FrameworkInfo {
  return { user: 'root', name, id: { value: name }, failover_timeout: 3600, checkpoint: true };
}

function task(name: string, owner: string, agent: number, state: mesos.TaskState): mesos.Task {
  const status = { task_id: { value: name }, state, timestamp: 1, source: 'SOURCE_EXECUTOR' as const };
  return {
    name,
    task_id: { value: name },
    framework_id: { value: owner },
    agent_id: { value: `old-S${agent}` },
    state,
    statuses: [status],
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.1 }, allocation_info: { role: '*' } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 }, allocation_info: { role: '*' } },
    ],
  };
}

/** What an agent says when it comes back. */
function reregistration(index: number, completed: number): Uint8Array {
  const tasks = Array.from({ length: TASKS_PER_AGENT }, (_none, number) =>
    task(`t-${index}-${number}`, 'running', index, 'TASK_RUNNING'),
  );
  const each = Math.ceil(completed / COMPLETED_FRAMEWORKS);
  const completed_frameworks = Array.from(
    { length: completed > 0 ? COMPLETED_FRAMEWORKS : 0 },
    (_none, which) => ({
      framework_info: framework(`done-${which}`),
      tasks: Array.from({ length: each }, (_nothing, number) =>
        task(`d-${which}-${index}-${number}`, `done-${which}`, index, 'TASK_FINISHED'),
      ),
    }),
  );
  return encodeProtobuf('mesos.internal.ReregisterSlaveMessage', {
    slave: slave(index),
    version: '1.11.0',
    agent_capabilities: [{ type: 'MULTI_ROLE' }, { type: 'RESERVATION_REFINEMENT' }],
    frameworks: [framework('running')],
    tasks,
    completed_frameworks,
  });
}

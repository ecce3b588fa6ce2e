/**
 * Registration with the leading master, and pings (Mesos 1.11 src/slave/slave.cpp).
 *
 * In: master.detected, master.registered, master.reregistered, master.ping, master.exited, woke(register),
 * woke(silence)
 * Out: send, link, remember, wake
 */

import type * as internal from '../../api/generated/internal';
import { nextRandom } from '../../model/random';
import type { Millis } from '../../model/time';
import type { AgentEffect } from './effects';
import type { EventOf } from './events';
import { printTask, printTasks } from './print-task';
import { type AgentFramework, type AgentState, findExecutor, isPartitionAware, taskKey } from './state';
import { addUpdate, resendAll } from './updates';

const BACKOFF_FIRST_MS = 2000;
const BACKOFF_MAX_MS = 60_000;

/** A master leads, or none. The agent registers after a random time, so that not all agents do at once. */
export function detected(state: AgentState, event: EventOf<'master.detected'>): AgentEffect[] {
  state.master = event.pid;
  state.unanswered = 0;
  if (state.phase === 'stopping') return [];
  state.phase = 'disconnected';
  if (event.pid === undefined) return [];
  return scheduleRegistration(state, event.at);
}

function scheduleRegistration(state: AgentState, now: Millis): AgentEffect[] {
  state.registrationBackoffMs = BACKOFF_FIRST_MS;
  const wait = nextRandom(state.random) * state.boot.settings.registrationBackoffMs;
  return [{ kind: 'wake', timer: 'register', at: now + wait }];
}

/** Requests registration, or re-registration under the agent's id, and repeats it until there is an answer. */
export function requestRegistration(state: AgentState, now: Millis): AgentEffect[] {
  const { master } = state;
  if (state.phase !== 'disconnected' || master === undefined) return [];
  state.unanswered += 1;
  const wait = nextRandom(state.random) * state.registrationBackoffMs;
  state.registrationBackoffMs = Math.min(BACKOFF_MAX_MS, state.registrationBackoffMs * 2);
  return [
    ...noteUnanswered(state, master),
    { kind: 'link', to: master },
    state.agentId === undefined
      ? {
          kind: 'send',
          to: master,
          name: 'mesos.internal.RegisterSlaveMessage',
          message: registerMessage(state),
        }
      : {
          kind: 'send',
          to: master,
          name: 'mesos.internal.ReregisterSlaveMessage',
          message: reregisterMessage(state),
        },
    { kind: 'wake', timer: 'register', at: now + Math.max(100, wait) },
  ];
}

/** Warns of requests without an answer after the third, and then at each doubling. */
function noteUnanswered({ unanswered: attempts }: AgentState, master: string): AgentEffect[] {
  const requests = attempts - 1;
  if (requests < 3 || !Number.isInteger(Math.log2(requests / 3))) return [];
  const text =
    'the master has not answered and this agent is not registered: is it there, does --master name it, ' +
    'and does it admit this agent (credentials, version, maintenance)?';
  return [{ kind: 'note', level: 'warn', text, fields: { master, requests } }];
}

function slaveInfo({ boot, agentId }: AgentState): internal.SlaveInfo {
  return {
    hostname: boot.hostname,
    port: boot.port,
    resources: boot.resources,
    attributes: boot.attributes,
    id: agentId === undefined ? undefined : { value: agentId },
    checkpoint: true,
  };
}

export const CAPABILITIES = [
  { type: 'MULTI_ROLE' },
  { type: 'HIERARCHICAL_ROLE' },
  { type: 'RESERVATION_REFINEMENT' },
  { type: 'AGENT_DRAINING' },
  { type: 'RESIZE_VOLUME' },
] as const;

function registerMessage(state: AgentState): internal.RegisterSlaveMessage {
  return {
    slave: slaveInfo(state),
    version: state.boot.version,
    agent_capabilities: CAPABILITIES,
    checkpointed_resources: state.checkpointed,
  };
}

function reregisterMessage(state: AgentState): internal.ReregisterSlaveMessage {
  const frameworks = [...state.frameworks.values()].filter(({ terminating }) => !terminating);
  return {
    slave: slaveInfo(state),
    version: state.boot.version,
    agent_capabilities: CAPABILITIES,
    checkpointed_resources: state.checkpointed,
    frameworks: frameworks.map(({ info }) => info),
    tasks: frameworks.flatMap((framework) => printTasks(state, framework)),
    completed_frameworks: [...state.completedFrameworks.values()].map(printCompleted(state)),
  };
}

/** A completed framework, for a master that may not know its tasks. */
const printCompleted =
  (state: AgentState) =>
  ({ info, completedExecutors }: AgentFramework) => ({
    framework_info: info,
    tasks: completedExecutors.flatMap((executor) =>
      executor.completedTasks.map((task) => printTask(state, executor, task)),
    ),
  });

/** The master has admitted this agent as a new one. */
export function registered(state: AgentState, event: EventOf<'master.registered'>): AgentEffect[] {
  const { from, message, at: now } = event;
  if (from !== state.master || state.phase === 'stopping') return [];
  const id = message.slave_id.value;
  const isNew = state.agentId !== id;
  state.agentId = id;
  const fields = { agent: id, master: from };
  return [
    ...(isNew ? [{ kind: 'remember', agentId: id } as const] : []),
    { kind: 'note', level: 'info', text: 'registered', fields },
    ...becomeRunning(state, message.connection, now),
  ];
}

/**
 * The master has admitted this agent again. Tasks that it misses and that are unknown here are dropped or
 * lost.
 */
export function reregistered(state: AgentState, event: EventOf<'master.reregistered'>): AgentEffect[] {
  const { from, message, at: now } = event;
  if (from !== state.master || state.phase === 'stopping') return [];
  const fields = { agent: state.agentId, master: from };
  const effects = becomeRunning(state, message.connection, now);
  for (const { framework_id, statuses } of message.reconciliations ?? []) {
    const framework = state.frameworks.get(framework_id.value);
    const aware = isPartitionAware(framework);
    for (const { task_id } of statuses ?? []) {
      if (isKnown(state, framework_id.value, task_id.value)) continue;
      effects.push(
        ...addUpdate(state, {
          frameworkId: framework_id.value,
          executorId: task_id.value,
          taskId: task_id.value,
          state: aware ? 'TASK_DROPPED' : 'TASK_LOST',
          reason: 'REASON_RECONCILIATION',
          message: 'Reconciliation: task unknown to the agent',
          now,
        }),
      );
    }
  }
  return [{ kind: 'note', level: 'info', text: 'registered again', fields }, ...effects];
}

/** True for a task that runs, or that has an unacknowledged update. */
function isKnown(state: AgentState, frameworkId: string, taskId: string): boolean {
  return (
    state.streams.has(taskKey(frameworkId, taskId)) || findExecutor(state, frameworkId, taskId) !== undefined
  );
}

function becomeRunning(
  state: AgentState,
  connection: internal.MasterSlaveConnection | undefined,
  now: Millis,
): AgentEffect[] {
  state.phase = 'running';
  state.unanswered = 0;
  const seconds = connection?.total_ping_timeout_seconds;
  if (seconds !== undefined) state.pingTimeoutMs = seconds * 1000;
  return [silenceTimer(state, now), ...resendAll(state, now)];
}

function silenceTimer(state: AgentState, now: Millis): AgentEffect {
  return { kind: 'wake', timer: 'silence', at: now + state.pingTimeoutMs };
}

/** Answers a ping. If the master takes the agent for disconnected, it registers again. */
export function pinged(state: AgentState, event: EventOf<'master.ping'>): AgentEffect[] {
  const pong: AgentEffect = {
    kind: 'send',
    to: event.from,
    name: 'mesos.internal.PongSlaveMessage',
    message: {},
  };
  const effects = [pong, silenceTimer(state, event.at)];
  if (event.connected || state.phase !== 'running') return effects;
  state.phase = 'disconnected';
  return [...effects, ...scheduleRegistration(state, event.at)];
}

/** No ping came for too long, so the master may have removed the agent: it registers again. */
export function pingTimedOut(state: AgentState, now: Millis): AgentEffect[] {
  if (state.phase !== 'running') return [];
  state.phase = 'disconnected';
  return [
    { kind: 'note', level: 'warn', text: 'no ping from the master; registering again', fields: {} },
    ...scheduleRegistration(state, now),
  ];
}

/** The connection to the master broke: the agent registers again. */
export function masterExited(state: AgentState, event: EventOf<'master.exited'>): AgentEffect[] {
  if (event.pid !== state.master || state.phase === 'stopping') return [];
  const wasRunning = state.phase === 'running';
  state.phase = 'disconnected';
  const fields = { master: event.pid };
  if (!wasRunning) {
    if (state.unanswered !== 1) return [];
    const text = 'the master cannot be reached; this agent asks again until it can';
    return [{ kind: 'note', level: 'warn', text, fields }];
  }
  return [
    { kind: 'note', level: 'warn', text: 'the master is gone; registering again', fields },
    ...scheduleRegistration(state, event.at),
  ];
}

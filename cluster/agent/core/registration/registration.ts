/**
 * Registration with the leading master, and pings (Mesos 1.11 src/slave/slave.cpp).
 *
 * In: master.detected, master.registered, master.reregistered, master.ping, master.exited, woke(register),
 * woke(silence)
 * Out: send, link, wake
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { sameContent } from '../../../model/equal';
import { note } from '../../../model/machine';
import { nextRandom } from '../../../model/random';
import { keep } from '../checkpoint/keep';
import { sendAgentUpdate } from '../resources/agent-update';
import { resendOperations } from '../resources/operations';
import { beginOversubscription } from '../resources/oversubscription';
import { slaveInfo } from '../state/agent-info';
import type { EventOf } from '../state/events';
import {
  type AgentFramework,
  type AgentState,
  findExecutor,
  isPartitionAware,
  taskKey,
} from '../state/state';
import { type Turn, wake } from '../state/turn';
import { printTask, printTasks } from '../tasks/print-task';
import { addUpdate, resendAll } from '../tasks/updates';

const BACKOFF_FIRST_MS = 2000;
const BACKOFF_MAX_MS = 60_000;

/** A master leads, or none. The agent registers after a random time, so that not all agents do at once. */
export function detected(turn: Turn, { pid }: EventOf<'master.detected'>): void {
  const { state } = turn;
  state.master = pid;
  state.unanswered = 0;
  if (state.phase === 'stopping' || state.phase === 'recovering') return;
  state.phase = 'disconnected';
  if (pid !== undefined) scheduleRegistration(turn);
}

export function scheduleRegistration(turn: Turn): void {
  const { state, now } = turn;
  state.registrationBackoffMs = BACKOFF_FIRST_MS;
  const wait = nextRandom(state.random) * state.boot.settings.registrationBackoffMs;
  wake(turn, { kind: 'register' }, now + wait);
}

/** Requests registration, or re-registration under the agent's id, and repeats it until there is an answer. */
export function requestRegistration(turn: Turn): void {
  const { state, now, effects } = turn;
  const { master } = state;
  if (state.phase !== 'disconnected' || master === undefined) return;
  state.unanswered += 1;
  const wait = nextRandom(state.random) * state.registrationBackoffMs;
  state.registrationBackoffMs = Math.min(BACKOFF_MAX_MS, state.registrationBackoffMs * 2);
  noteUnanswered(turn, master);
  effects.push({ kind: 'link', to: master });
  effects.push(
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
  );
  wake(turn, { kind: 'register' }, now + Math.max(100, wait));
}

/** Warns of requests without an answer after the third, and then at each doubling. */
function noteUnanswered(turn: Turn, master: string): void {
  const requests = turn.state.unanswered - 1;
  if (requests < 3 || !Number.isInteger(Math.log2(requests / 3))) return;
  const text =
    'the master has not answered and this agent is not registered: is it there, does --master name it, ' +
    'and does it admit this agent (credentials, version, maintenance)?';
  note(turn, 'warn', text, { master, requests });
}

export const CAPABILITIES = [
  { type: 'MULTI_ROLE' },
  { type: 'HIERARCHICAL_ROLE' },
  { type: 'RESERVATION_REFINEMENT' },
  { type: 'AGENT_DRAINING' },
  { type: 'RESIZE_VOLUME' },
  { type: 'RESOURCE_PROVIDER' },
  { type: 'AGENT_OPERATION_FEEDBACK' },
  { type: 'TASK_RESOURCE_LIMITS' },
] as const;

function registerMessage(state: AgentState): internal.RegisterSlaveMessage {
  return {
    slave: slaveInfo(state),
    version: state.boot.version,
    agent_capabilities: CAPABILITIES,
    checkpointed_resources: state.checkpointed,
    resource_version_uuid: { value: state.resourceVersion },
  };
}

function reregisterMessage(state: AgentState): internal.ReregisterSlaveMessage {
  const frameworks = [...state.frameworks.values()].filter(({ terminating }) => !terminating);
  return {
    slave: slaveInfo(state),
    version: state.boot.version,
    agent_capabilities: CAPABILITIES,
    checkpointed_resources: state.checkpointed,
    resource_version_uuid: { value: state.resourceVersion },
    frameworks: frameworks.map(({ info }) => info),
    tasks: frameworks.flatMap((framework) => printTasks(state, framework)),
    executor_infos: frameworks.flatMap(shownExecutors),
    completed_frameworks: [...state.completedFrameworks.values()].map(printCompleted(state)),
  };
}

/** The executors that the master charges to a framework: not those of command tasks, and none that has ended. */
function shownExecutors({ executors }: AgentFramework): mesos.ExecutorInfo[] {
  return [...executors.values()]
    .filter(({ kind, state }) => kind !== 'command' && state !== 'terminated')
    .map(({ info }) => info);
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

/** Keeps the agent as the master has admitted it. */
function keepAgent(state: AgentState): void {
  const value = slaveInfo(state);
  if (state.agentId === undefined || sameContent(state.keptInfo, value)) return;
  state.keptInfo = value;
  keep(state, { entry: 'agent', value });
}

/** The master has admitted this agent as a new one. */
export function registered(turn: Turn, { from, message }: EventOf<'master.registered'>): void {
  const { state } = turn;
  if (state.phase === 'stopping') return;
  const id = message.slave_id.value;
  state.agentId = id;
  keepAgent(state);
  note(turn, 'info', 'registered', { agent: id, master: from });
  becomeRunning(turn, message.connection);
}

/**
 * The master has admitted this agent again. Tasks that it misses and that are unknown here are dropped or
 * lost.
 */
export function reregistered(turn: Turn, { from, message }: EventOf<'master.reregistered'>): void {
  const { state } = turn;
  if (state.phase === 'stopping') return;
  keepAgent(state);
  note(turn, 'info', 'registered again', { agent: state.agentId, master: from });
  becomeRunning(turn, message.connection);
  for (const { framework_id, statuses } of message.reconciliations ?? []) {
    const frameworkId = framework_id.value;
    const aware = isPartitionAware(state.frameworks.get(frameworkId));
    for (const { task_id } of statuses ?? []) {
      const taskId = task_id.value;
      if (isKnown(state, frameworkId, taskId)) continue;
      addUpdate(turn, {
        frameworkId,
        executorId: taskId,
        taskId,
        state: aware ? 'TASK_DROPPED' : 'TASK_LOST',
        reason: 'REASON_RECONCILIATION',
        message: 'Reconciliation: task unknown to the agent',
      });
    }
  }
}

/** True for a task that runs, or that has an unacknowledged update. */
function isKnown(state: AgentState, frameworkId: string, taskId: string): boolean {
  return (
    state.streams.has(taskKey(frameworkId, taskId)) || findExecutor(state, frameworkId, taskId) !== undefined
  );
}

function becomeRunning(turn: Turn, connection: internal.MasterSlaveConnection | undefined): void {
  const { state } = turn;
  state.phase = 'running';
  state.unanswered = 0;
  const seconds = connection?.total_ping_timeout_seconds;
  if (seconds !== undefined) state.pingTimeoutMs = seconds * 1000;
  awaitPing(turn);
  resendAll(turn);
  sendAgentUpdate(turn);
  resendOperations(turn);
  beginOversubscription(turn);
}

function awaitPing(turn: Turn): void {
  wake(turn, { kind: 'silence' }, turn.now + turn.state.pingTimeoutMs);
}

/** Answers a ping. If the master takes the agent for disconnected, it registers again. */
export function pinged(turn: Turn, { from, connected }: EventOf<'master.ping'>): void {
  const { state, effects } = turn;
  effects.push({ kind: 'send', to: from, name: 'mesos.internal.PongSlaveMessage', message: {} });
  awaitPing(turn);
  if (connected || state.phase !== 'running') return;
  state.phase = 'disconnected';
  scheduleRegistration(turn);
}

/** No ping came for too long, so the master may have removed the agent: it registers again. */
export function pingTimedOut(turn: Turn): void {
  const { state } = turn;
  if (state.phase !== 'running') return;
  state.phase = 'disconnected';
  note(turn, 'warn', 'no ping from the master; registering again', {});
  scheduleRegistration(turn);
}

/** The connection to the master broke: the agent registers again. */
export function masterExited(turn: Turn, { pid }: EventOf<'master.exited'>): void {
  const { state } = turn;
  if (pid !== state.master || state.phase === 'stopping' || state.phase === 'recovering') return;
  const wasRunning = state.phase === 'running';
  state.phase = 'disconnected';
  const fields = { master: pid };
  if (wasRunning) {
    note(turn, 'warn', 'the master is gone; registering again', fields);
    scheduleRegistration(turn);
  } else if (state.unanswered === 1)
    note(turn, 'warn', 'the master cannot be reached; this agent asks again until it can', fields);
}

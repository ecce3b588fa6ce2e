/**
 * Calls of executors over the v1 executor API (Mesos 1.11 Http::executor in src/slave/http.cpp).
 *
 * In: executor.subscribe, executor.call, executor.closed, woke(heartbeat)
 * Out: event, close, answer, updates
 */

import type * as executorApi from '../../../api/generated/executor';
import { toFramework } from '../executors/executor-messages';
import { tellExecutor } from '../executors/tell-executor';
import { slaveInfo } from '../state/agent-info';
import type { EventOf } from '../state/events';
import { type AgentState, type Executor, findContainer, setStream } from '../state/state';
import { type Timer, type Turn, wake } from '../state/turn';
import { handleUpdate } from '../tasks/executor-updates';
import { wantedExecutor, welcome } from './executor-arrival';

/** Mesos 1.11 src/slave/constants.hpp, DEFAULT_EXECUTOR_HEARTBEAT_INTERVAL. */
const HEARTBEAT_MS = 30 * 60_000;

function executorOf(state: AgentState, call: executorApi.Call): Executor | undefined {
  return state.frameworks.get(call.framework_id.value)?.executors.get(call.executor_id.value);
}

/** The refusal of a call of an unknown framework or executor. */
export function missingError(state: AgentState, call: executorApi.Call): string | undefined {
  if (!state.frameworks.has(call.framework_id.value)) return 'Framework cannot be found';
  return executorOf(state, call) ? undefined : 'Executor cannot be found';
}

/** The claims of an executor's token. */
export interface ExecutorClaims {
  readonly fid: string;
  readonly eid: string;
  readonly cid: string;
}

/** The claims of the executor that a call names; undefined when there is none. */
export function claimsOf(state: AgentState, call: executorApi.Call): ExecutorClaims | undefined {
  const executor = executorOf(state, call);
  return executor && { fid: executor.frameworkId, eid: executor.id, cid: executor.containerId };
}

/** An executor subscribes, for the first time or again. A stream that it had before is closed. */
export function subscribed(turn: Turn, { stream, call }: EventOf<'executor.subscribe'>): void {
  const { state, effects, now } = turn;
  if (state.recovery === 'containers')
    return void effects.push({ kind: 'close', stream, reason: 'the agent recovers' });
  const wanted = wantedExecutor(state, call.framework_id.value, call.executor_id.value);
  if (!wanted) {
    effects.push({ kind: 'event', stream, event: { type: 'SHUTDOWN' } });
    effects.push({ kind: 'close', stream, reason: 'the executor is not wanted' });
    return;
  }
  const { framework, executor } = wanted;
  if (executor.stream !== undefined)
    effects.push({ kind: 'close', stream: executor.stream, reason: 'subscribed anew' });
  setStream(state, executor, stream);
  executor.pid = undefined;
  wake(turn, { kind: 'heartbeat', containerId: executor.containerId }, now + HEARTBEAT_MS);
  const greeting = {
    executor_info: executor.info,
    framework_info: framework.info,
    agent_info: agentInfo(state),
    container_id: { value: executor.containerId },
  };
  const { unacknowledged_tasks: tasks = [], unacknowledged_updates: updates = [] } = call.subscribe ?? {};
  welcome(turn, {
    framework,
    executor,
    luggage: { tasks, updates: updates.map(({ status }) => status) },
    greet: () => tellExecutor(turn, executor, { type: 'SUBSCRIBED', subscribed: greeting }),
  });
}

/** The agent without what it has for masters only. */
function agentInfo(state: AgentState): executorApi.Event.Subscribed['agent_info'] {
  const { checkpoint: _checkpoint, ...info } = slaveInfo(state);
  return info;
}

/** Tells an executor that its stream lives. */
export function heartbeat(turn: Turn, { containerId }: Timer<'heartbeat'>): void {
  const executor = findContainer(turn.state, containerId);
  if (executor?.stream === undefined) return;
  tellExecutor(turn, executor, { type: 'HEARTBEAT' });
  wake(turn, { kind: 'heartbeat', containerId }, turn.now + HEARTBEAT_MS);
}

const NOT_RECOVERED = 'Agent has not finished recovery';

/** The refusal of every call, whose executor comes again, until the containers of an earlier run are known. */
export function recoveryError(state: AgentState | undefined): string | undefined {
  if (!state) return NOT_RECOVERED;
  return state.phase === 'recovering' && state.recovery !== 'executors' ? NOT_RECOVERED : undefined;
}

/** Every call but SUBSCRIBE. */
export function called(turn: Turn, { request, call }: EventOf<'executor.call'>): void {
  const { state, effects } = turn;
  const answer = (status: number, text?: string): void =>
    void effects.push({ kind: 'answer', request, status, ...(text !== undefined && { text }) });
  if (call.type === 'HEARTBEAT') return answer(202);
  if (state.phase === 'recovering') return answer(503, NOT_RECOVERED);
  const executor = executorOf(state, call);
  if (!executor) return answer(400, missingError(state, call));
  if (executor.state === 'registering') return answer(403, 'Executor is not subscribed');
  if (call.type === 'UPDATE' && call.update) {
    answer(202);
    handleUpdate(turn, executor, call.update.status);
  } else if (call.type === 'MESSAGE') {
    answer(202);
    toFramework(turn, executor, call.message?.data ?? '');
  } else answer(501, `Call ${call.type} is not supported`);
}

/** The stream of an executor broke; the end of its container is another event. */
export function streamClosed({ state }: Turn, event: EventOf<'executor.closed'>): void {
  const executor = state.eventStreams.get(event.stream);
  if (executor) setStream(state, executor, undefined);
}

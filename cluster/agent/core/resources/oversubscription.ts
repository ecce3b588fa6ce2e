/**
 * Oversubscription: resources that are given away once more, as ones that can be revoked, and the containers that have to go
 * when that was too much (Mesos 1.11 src/slave/slave.cpp, forwardOversubscribed and qosCorrections).
 *
 * In: load.measured, woke(estimate), woke(correct)
 * Out: send(UpdateSlaveMessage), measureLoad, destroy, wake
 * Always true: only the executors with revocable resources are killed.
 */

import { note } from '../../../model/machine';
import {
  addResources,
  equalResources,
  NO_RESOURCES,
  type Resources,
  readResources,
  subtractResources,
  unallocated,
  type WireResource,
  withMeta,
} from '../../../model/resources';
import { isTerminal } from '../../../model/task-state';
import { isRevocable } from '../../../model/volumes';
import type { EventOf } from '../state/events';
import type { Controller, Estimator } from '../state/oversubscription-settings';
import { type AgentState, count, type Executor, isPartitionAware } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { sendAgentUpdate } from './agent-update';

/** Says what may be given away once more. Pure. */
type Estimate<Kind> = (estimator: Extract<Estimator, { kind: Kind }>, state: AgentState) => Resources;

/** The resource estimators by their names here. */
const ESTIMATORS: { readonly [Kind in Estimator['kind']]: Estimate<Kind> } = {
  // The original's FixedResourceEstimator: what of a fixed amount is not allocated.
  fixed: ({ resources }, state) => {
    const total = readResources(resources as readonly WireResource[]).map((resource) =>
      withMeta(resource, { ...resource.meta, revocable: {} }),
    );
    return subtractResources(total, revocableAllocation(state));
  },
};

/** Says which executors have to go. Pure. */
type Correct<Kind> = (
  controller: Extract<Controller, { kind: Kind }>,
  load: Load,
  executors: readonly Executor[],
) => readonly Executor[];

/** The average numbers of processes that wanted to run in the last 5 and 15 minutes. */
interface Load {
  readonly five: number;
  readonly fifteen: number;
}

/** The QoS controllers by their names here. */
const CONTROLLERS: { readonly [Kind in Controller['kind']]: Correct<Kind> } = {
  // The original's LoadQoSController: under a high load all executors with revocable resources go.
  load: ({ fiveMax, fifteenMax }, { five, fifteen }, executors) => {
    const isOverloaded =
      (fiveMax !== undefined && five > fiveMax) || (fifteenMax !== undefined && fifteen > fifteenMax);
    return isOverloaded ? executors.filter((executor) => revocableOf(executor).length > 0) : [];
  },
};

/** The agent is registered. */
export function beginOversubscription(turn: Turn): void {
  const { estimator, controller } = turn.state.boot.settings.oversubscription ?? {};
  if (estimator) wake(turn, { kind: 'estimate' }, turn.now);
  if (controller) correctLater(turn);
}

/** Tells the master the new total when it has changed: what may be given away, and what is allocated of it. */
export function estimate(turn: Turn): void {
  const { state, now } = turn;
  const settings = state.boot.settings.oversubscription;
  const estimator = settings?.estimator;
  if (!estimator) return;
  wake(turn, { kind: 'estimate' }, now + settings.estimateMs);
  const total = addResources(revocableAllocation(state), ESTIMATORS[estimator.kind](estimator, state));
  if (equalResources(total, state.oversubscribed)) return;
  state.oversubscribed = total;
  sendAgentUpdate(turn);
}

/** The allocated resources of all executors that can be revoked, without their roles. */
function revocableAllocation({ frameworks }: AgentState): Resources {
  let sum: Resources = NO_RESOURCES;
  for (const { executors } of frameworks.values())
    for (const executor of executors.values()) sum = addResources(sum, unallocated(revocableOf(executor)));
  return sum;
}

function revocableOf({ info, queued, tasks }: Executor): Resources {
  const live = [...tasks.values()].filter(({ state }) => !isTerminal(state)).map((task) => task.info);
  const all = [info, ...queued.values(), ...live].flatMap(({ resources }) => resources ?? []);
  return readResources(all as readonly WireResource[]).filter(isRevocable);
}

function correctLater(turn: Turn): void {
  const { correctMs = 0 } = turn.state.boot.settings.oversubscription ?? {};
  wake(turn, { kind: 'correct' }, turn.now + correctMs);
}

/** Measures the load for the controller. */
export function correct(turn: Turn): void {
  correctLater(turn);
  turn.effects.push({ kind: 'measureLoad' });
}

/** Kills the executors that the controller names: their tasks are gone, or lost for frameworks that do not know GONE. */
export function loadMeasured(turn: Turn, load: EventOf<'load.measured'>): void {
  const { state } = turn;
  const { controller } = state.boot.settings.oversubscription ?? {};
  if (!controller || state.phase === 'stopping') return;
  const running = [...state.frameworks.values()]
    .filter(({ terminating }) => !terminating)
    .flatMap(({ executors }) => [...executors.values()])
    .filter((executor) => executor.state === 'registering' || executor.state === 'running');
  for (const executor of CONTROLLERS[controller.kind](controller, load, running)) preempt(turn, executor);
}

function preempt(turn: Turn, executor: Executor): void {
  const { id, frameworkId, containerId } = executor;
  const isAware = isPartitionAware(turn.state.frameworks.get(frameworkId));
  note(turn, 'info', 'killing an executor for the quality of service', {
    executor: id,
    framework: frameworkId,
  });
  executor.state = 'terminating';
  executor.pendingTermination = {
    status: undefined,
    state: isAware ? 'TASK_GONE' : 'TASK_LOST',
    reason: 'REASON_CONTAINER_PREEMPTED',
    message: 'Container preempted by QoS correction',
  };
  count(turn.state, 'slave/executors_preempted');
  turn.effects.push({ kind: 'destroy', containerId });
}

/**
 * ACCEPT: offers become tasks, and what is left goes back.
 *
 * In: ACCEPT      Out: send(RunTaskMessage), event(UPDATE), publish(TASK_ADDED), wake
 */

import type * as mesos from '../../api/generated/mesos';
import type * as scheduler from '../../api/generated/scheduler';
import {
  addResources,
  allocateTo,
  NO_RESOURCES,
  type Resources,
  subtractResources,
  unallocated,
  writeResources,
} from '../../model/resources';
import { stateFor, type TaskState } from '../../model/task-state';
import type { Millis } from '../../model/time';
import { recover } from './allocator/state';
import { taskRefusal } from './authorize/framework';
import type { MasterEffect } from './effects';
import { giveBack, removeOffer } from './offers';
import { operationFailed } from './operations';
import { allocateSoon } from './schedule';
import {
  type Agent,
  count,
  type Framework,
  isCapable,
  type MasterState,
  type OfferRecord,
  type TaskRecord,
} from './state';
import { taskKey } from './task-record';
import { publishTask, tell } from './tasks';
import { taskError, taskResources } from './validate/task';

const RUN_TASK = 'mesos.internal.RunTaskMessage';

/** Takes the offers, launches what is valid, and gives the rest back with the filters of the call. */
export function accept(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.Accept,
  now: Millis,
): MasterEffect[] {
  const ids = (call.offer_ids ?? []).map(({ value }) => value);
  const offers = ids
    .flatMap((id) => state.offers.get(id) ?? [])
    .filter((offer) => offer.frameworkId === framework.id);
  const error = offersError(state, framework, ids);
  for (const offer of offers) removeOffer(state, offer);
  if (error) return refuseAll(state, framework, { call, offers, error, now });
  const [first] = offers;
  const agent = first && state.agents.get(first.agentId);
  if (!first || !agent) return [];
  if (!agent.connected) return agentAway(state, framework, { call, offers, agent, now });
  return launchAll(state, framework, { call, offers, first, agent, now });
}

function offersError(state: MasterState, framework: Framework, ids: readonly string[]): string | undefined {
  if (ids.length === 0) return 'No offers specified';
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return `Duplicate offer ${twice} in offer list`;
  const [first] = ids.flatMap((id) => state.offers.get(id) ?? []);
  for (const id of ids) {
    const offer = state.offers.get(id);
    if (!offer) return `Offer ${id} is no longer valid`;
    if (offer.frameworkId !== framework.id) {
      return `Offer ${id} has invalid framework ${offer.frameworkId} while framework ${framework.id} is expected`;
    }
    if (offer.role !== first?.role) return 'Offers are allocated to different roles';
    if (offer.agentId !== first.agentId) {
      return `Aggregated offers must belong to one single agent. Offer ${id} uses agent ${offer.agentId} and agent ${first.agentId}`;
    }
  }
  return undefined;
}

interface Acceptance {
  readonly call: scheduler.Call.Accept;
  readonly offers: readonly OfferRecord[];
  readonly now: Millis;
}

function tasksOf(call: scheduler.Call.Accept): readonly mesos.TaskInfo[] {
  return (call.operations ?? []).flatMap((operation) => [
    ...(operation.launch?.task_infos ?? []),
    ...(operation.launch_group?.task_group.tasks ?? []),
  ]);
}

function refuseAll(
  state: MasterState,
  framework: Framework,
  { call, offers, error, now }: Acceptance & { error: string },
): MasterEffect[] {
  for (const offer of offers) recover(state.allocator, offer, offer.resources);
  const message = `Task launched with invalid offers: ${error}`;
  return [
    ...tasksOf(call).flatMap((task) =>
      lose(state, framework, task, { reason: 'REASON_INVALID_OFFERS', message, now }),
    ),
    ...allocateSoon(state, now),
  ];
}

function agentAway(
  state: MasterState,
  framework: Framework,
  { call, offers, agent, now }: Acceptance & { agent: Agent },
): MasterEffect[] {
  for (const offer of offers) recover(state.allocator, offer, offer.resources);
  const message = `Agent ${agent.info.hostname} disconnected`;
  return tasksOf(call).flatMap((task) =>
    lose(state, framework, task, { reason: 'REASON_AGENT_DISCONNECTED', message, now }),
  );
}

interface Loss {
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  readonly now: Millis;
  readonly state?: TaskState;
}

/** A task that never became one: DROPPED, or LOST for frameworks that do not know that. */
function lose(state: MasterState, framework: Framework, task: mesos.TaskInfo, loss: Loss): MasterEffect[] {
  const verdict = stateFor(isCapable(framework, 'PARTITION_AWARE'), loss.state ?? 'TASK_DROPPED');
  count(state, `master/tasks_${verdict.slice('TASK_'.length).toLowerCase()}`);
  return tell(framework, {
    task_id: task.task_id,
    agent_id: task.agent_id,
    state: verdict,
    source: 'SOURCE_MASTER',
    reason: loss.reason,
    message: loss.message,
    timestamp: loss.now / 1000,
  });
}

function launchAll(
  state: MasterState,
  framework: Framework,
  { call, offers, first, agent, now }: Acceptance & { first: OfferRecord; agent: Agent },
): MasterEffect[] {
  const all = offers.reduce<Resources>((sum, offer) => addResources(sum, offer.resources), NO_RESOURCES);
  let rest = allocateTo(all, first.role);
  const effects: MasterEffect[] = [];
  for (const operation of call.operations ?? []) {
    if (operation.type !== 'LAUNCH') {
      effects.push(...refuseOperation(state, framework, operation, now));
      continue;
    }
    for (const task of operation.launch?.task_infos ?? []) {
      const resources = taskResources(task, first.role);
      const refused = taskRefusal(state, framework, task);
      if (refused) {
        const loss = {
          reason: 'REASON_TASK_UNAUTHORIZED',
          message: refused,
          now,
          state: 'TASK_ERROR',
        } as const;
        effects.push(...lose(state, framework, task, loss));
        continue;
      }
      const error = taskError(task, { framework, agentId: agent.id, available: rest, resources });
      if (error) {
        effects.push(
          ...lose(state, framework, task, {
            reason: 'REASON_TASK_INVALID',
            message: error,
            now,
            state: 'TASK_ERROR',
          }),
        );
      } else {
        rest = subtractResources(rest, resources);
        effects.push(...launch(state, framework, { task, resources, agent, role: first.role }));
      }
    }
  }
  return [
    ...effects,
    ...giveBack(state, first, { resources: unallocated(rest), filters: call.filters, now }),
  ];
}

/** Operations this master does not carry out yet: a task group is refused task by task, the rest is noted. */
function refuseOperation(
  state: MasterState,
  framework: Framework,
  operation: mesos.Offer.Operation,
  now: Millis,
): MasterEffect[] {
  const text = `Operation ${operation.type ?? 'UNKNOWN'} is not supported`;
  const reason = 'REASON_TASK_GROUP_INVALID';
  const refused = (operation.launch_group?.task_group.tasks ?? []).flatMap((task) =>
    lose(state, framework, task, { reason, message: text, now, state: 'TASK_ERROR' }),
  );
  const note: MasterEffect = { kind: 'note', level: 'warn', text, fields: { framework: framework.id } };
  return [note, ...operationFailed(framework, operation, text), ...refused];
}

interface Launch {
  readonly task: mesos.TaskInfo;
  readonly resources: Resources;
  readonly agent: Agent;
  readonly role: string;
}

function launch(
  state: MasterState,
  framework: Framework,
  { task, resources, agent, role }: Launch,
): MasterEffect[] {
  const marked = { ...task, resources: writeResources(resources) as mesos.Resource[] };
  const record = recordOf(framework, { task, resources, agent, role });
  framework.tasks.set(record.id, record);
  agent.tasks.set(taskKey(record), record);
  count(state, 'master/tasks_launched');
  const message = {
    framework_id: { value: framework.id },
    framework: framework.info,
    task: marked,
    pid: '',
    launch_executor: true,
  };
  return [{ kind: 'send', to: agent.pid, name: RUN_TASK, message }, publishTask(record)];
}

function recordOf(framework: Framework, { task, resources, agent, role }: Launch): TaskRecord {
  return {
    id: task.task_id.value,
    frameworkId: framework.id,
    agentId: agent.id,
    name: task.name,
    executorId: task.executor?.executor_id?.value,
    state: 'TASK_STAGING',
    statuses: [],
    forwarded: undefined,
    resources: unallocated(resources),
    holdsResources: true,
    role,
    parts: {
      labels: task.labels,
      discovery: task.discovery,
      container: task.container,
      health_check: task.health_check,
      kill_policy: task.kill_policy,
      user: task.command?.user ?? task.executor?.command?.user ?? framework.info.user,
    },
    killWanted: false,
  };
}

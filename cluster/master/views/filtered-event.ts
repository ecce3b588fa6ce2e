/**
 * Operator events as a follower may see them (Mesos 1.11 Master::Subscribers::Subscriber::send).
 *
 * Always true: events about frameworks and agents name only resources whose roles the follower may see. The original
 * filters only the total resources of an agent, although its allocated resources name roles, too.
 */

import type { Event } from '../../api/generated/master';
import type * as mesos from '../../api/generated/mesos';
import type { MasterState } from '../core/state/state';
import type { ReadFilter } from './read-filter';
import { filterPrintedAgent, visibleResources } from './visible-resources';

/** The event without the parts that the filter hides; undefined when the whole event is hidden. */
export function filterEvent(state: MasterState, filter: ReadFilter, event: Event): Event | undefined {
  if (!seesEvent(state, filter, event)) return undefined;
  const { framework_added: added, framework_updated: updated, agent_added: agent } = event;
  if (added)
    return { ...event, framework_added: { framework: filterPrintedFramework(added.framework, filter) } };
  if (updated)
    return { ...event, framework_updated: { framework: filterPrintedFramework(updated.framework, filter) } };
  if (agent) return { ...event, agent_added: { agent: filterPrintedAgent(agent.agent, filter.role) } };
  return event;
}

type PrintedFramework = NonNullable<Event['framework_added']>['framework'];

function filterPrintedFramework(printed: PrintedFramework, { role }: ReadFilter): PrintedFramework {
  return {
    ...printed,
    allocated_resources: visibleResources(printed.allocated_resources, role),
    offered_resources: visibleResources(printed.offered_resources, role),
  };
}

/** True when the follower may see the event. Events about agents are for everybody. */
function seesEvent(state: MasterState, filter: ReadFilter, event: Event): boolean {
  const infoOf = (id: string): mesos.FrameworkInfo | undefined =>
    (state.frameworks.get(id) ?? state.completed.get(id))?.info;
  const about = event.framework_added?.framework ?? event.framework_updated?.framework;
  const info = about?.framework_info ?? event.framework_removed?.framework_info;
  if (info) return filter.framework(info);
  const added = event.task_added?.task;
  const id = added?.framework_id.value ?? event.task_updated?.framework_id.value;
  if (id === undefined) return true;
  const framework = infoOf(id);
  const taskId = event.task_updated?.status.task_id.value ?? '';
  const user = added ? added.user : userOf(state, id, taskId);
  return framework !== undefined && filter.framework(framework) && filter.task(user, framework);
}

function userOf(state: MasterState, frameworkId: string, taskId: string): string | undefined {
  const framework = state.frameworks.get(frameworkId) ?? state.completed.get(frameworkId);
  const task =
    framework?.tasks.get(taskId) ??
    framework?.unreachableTasks.get(taskId) ??
    framework?.completedTasks.findLast(({ id }) => id === taskId);
  return task?.parts.user;
}

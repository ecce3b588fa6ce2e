/**
 * The provision of an instance: its next tasks, and the TaskInfos that launch them.
 *
 * Always true: tasks are numbered by the incarnations of their instance, so no id is used twice.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { AgentInfo } from '../../../kit/core/constraints/field';
import type { App } from '../../api/app';
import { forgetTasks, recordChange, setCondition } from '../instances/instances';
import { consumedBy, type Matched, volumesOf } from '../match/residents';
import { ancestorsOf } from '../state/paths';
import { isPod, type PodSpec, type RunSpec } from '../state/run-spec';
import type { ContainerTask, Instance, MarathonState, Task } from '../state/state';
import type { Turn } from '../state/turn';
import { buildTask } from '../task/build';
import { buildGroup, executorIdOf } from '../task/pod-group';
import { updateDelay } from './backoff';
import { rememberLaunch } from './known-agents';

export interface Provision {
  readonly instance: Instance;
  readonly spec: RunSpec;
  readonly offer: mesos.Offer;
  readonly agent: AgentInfo;
  readonly match: Matched;
}

/** What launches an instance: the task of an app, the task group of a pod. */
export type Provisioned =
  | { readonly task: mesos.TaskInfo }
  | { readonly group: mesos.Offer.Operation.LaunchGroup };

export function provision(turn: Turn, { instance, spec, ...place }: Provision): Provisioned {
  forgetTasks(turn.state, instance);
  instance.incarnation++;
  instance.version = spec.version;
  instance.configVersion = spec.versionInfo.lastConfigChangeAt;
  instance.agent = place.agent;
  if (instance.reservation) instance.reservation = { ...instance.reservation, deadline: undefined };
  turn.state.launchTokens--;
  return isPod(spec) ? provisionPod(turn, instance, spec, place) : provisionApp(turn, instance, spec, place);
}

type Place = Omit<Provision, 'instance' | 'spec'>;

function provisionApp(turn: Turn, instance: Instance, app: App, { offer, agent, match }: Place): Provisioned {
  const { settings, random } = turn.state;
  const hostPorts = match.hostPorts.filter((port) => port !== null);
  const task = newTask(turn, `${instance.id}._app.${instance.incarnation}`, hostPorts);
  instance.task = task;
  instance.tasks = undefined;
  provisioned(turn, instance, app, { taskId: task.id, agent, match });
  const [resources = []] = match.resources;
  return {
    task: buildTask({
      app,
      taskId: task.id,
      offer,
      resources: [...resources, ...volumesOf(match)],
      executorResources: match.executorResources,
      hostPorts: match.hostPorts,
      settings,
      random,
      isRoleEnforced: isRoleEnforced(turn.state, app.id),
    }),
  };
}

function provisionPod(
  turn: Turn,
  instance: Instance,
  spec: PodSpec,
  { offer, agent, match }: Place,
): Provisioned {
  const tasks = containerTasks(turn, instance, spec, match.hostPorts);
  instance.task = undefined;
  instance.tasks = tasks;
  // The resources of the whole group are noted under its first task.
  provisioned(turn, instance, spec, { taskId: tasks[0]?.id ?? instance.id, agent, match });
  return {
    group: buildGroup({
      pod: spec.pod,
      executorId: executorIdOf(instance.id),
      taskIds: tasks.map(({ id }) => id),
      offer,
      match,
      volumes: volumesOf(match),
      isRoleEnforced: isRoleEnforced(turn.state, spec.id),
      settings: turn.state.settings,
    }),
  };
}

function isRoleEnforced({ groups }: MarathonState, id: string): boolean {
  return ancestorsOf(id).some((path) => groups.get(path)?.enforceRole === true);
}

function containerTasks(
  turn: Turn,
  { id, incarnation }: Instance,
  { pod }: PodSpec,
  hostPorts: readonly (number | null)[],
): ContainerTask[] {
  const left = [...hostPorts];
  return pod.containers.map(({ name, endpoints }) => {
    const ports = left.splice(0, endpoints.length).filter((port) => port !== null);
    const task = newTask(turn, `${id}.${name}.${incarnation}`, ports);
    return { ...task, container: name, condition: 'Provisioned', since: turn.now };
  });
}

function newTask({ now }: Turn, id: string, hostPorts: readonly number[]): Task {
  return { id, hostPorts, stagedAt: now, ipAddresses: [] };
}

function provisioned(
  turn: Turn,
  instance: Instance,
  spec: RunSpec,
  { taskId, agent, match }: { taskId: string; agent: AgentInfo; match: Matched },
): void {
  rememberLaunch(turn.state, { agentId: agent.agentId, taskId, resources: consumedBy(match) });
  turn.state.health.delete(instance.id);
  instance.health = undefined;
  setCondition(turn, instance, 'Provisioned');
  recordChange(turn, instance);
  updateDelay(turn, spec, 'Provisioned');
}

/**
 * The calls of the v1 operator API that launch containers, wait for them, kill them and remove them (Mesos 1.11
 * src/slave/http.cpp).
 */

import type { Call } from '../../../api/generated/agent';
import type * as mesos from '../../../api/generated/mesos';
import type { Acls } from '../../../model/acls';
import { principalOf } from '../../../runtime/http/access';
import type { Request } from '../../../runtime/http/server';
import { rootContainerId } from '../../core/containers/operator-container';
import type { AgentState, Executor } from '../../core/state/state';
import type { OperatorContainers } from '../containers/operator-containers';
import { type ContainerAction, type ContainerObject, mayAct } from './container-access';

export interface ContainerDoor {
  readonly read: <T>(view: (state: AgentState) => T) => T;
  readonly acls: Acls | undefined;
  readonly operatorContainers: OperatorContainers;
}

type Answer = object | undefined;
type Row = (door: ContainerDoor, request: Request, call: Call) => Answer | Promise<Answer>;

export const FORBIDDEN = { status: 403, text: '403 Forbidden.' };

/** True when the sender of a request may act on a container. */
export function mayActOn(
  { read, acls }: ContainerDoor,
  request: Request,
  action: ContainerAction,
  about: { readonly id: mesos.ContainerID; readonly command?: mesos.CommandInfo | undefined },
): boolean {
  const object = read((state) => objectOf(state, about.id));
  return mayAct(acls, principalOf(request), action, { ...object, commandUser: about.command?.user });
}

function objectOf(state: AgentState, id: mesos.ContainerID): ContainerObject {
  const root = rootContainerId(id);
  const executor = executorOf(state, root);
  const executorUser =
    executor && (executor.info.command?.user ?? state.frameworks.get(executor.frameworkId)?.info.user);
  return { root, value: id.value, isNested: id.parent !== undefined, executorUser };
}

/** The executor of a container, by the id of its outermost one. */
export function executorOf({ frameworks }: AgentState, root: string): Executor | undefined {
  for (const { executors } of frameworks.values())
    for (const executor of executors.values()) if (executor.containerId === root) return executor;
  return undefined;
}

type Launch = Pick<Call.LaunchContainer, 'container_id' | 'command'>;

const launch =
  (part: (call: Call) => Launch | undefined): Row =>
  (door, request, call) => {
    const wanted = part(call) ?? { container_id: { value: '' } };
    const { container_id: id, command } = wanted;
    if (!mayActOn(door, request, 'launch', { id, command })) return FORBIDDEN;
    return door.operatorContainers.launch(wanted);
  };

interface WithId {
  readonly container_id: mesos.ContainerID;
  readonly signal?: number | undefined;
}

/** A call about a container that is there. */
const about =
  (
    action: ContainerAction,
    part: (call: Call) => WithId | undefined,
    perform: (containers: OperatorContainers, part: WithId) => Promise<Answer>,
  ): Row =>
  (door, request, call) => {
    const wanted = part(call) ?? { container_id: { value: '' } };
    if (!mayActOn(door, request, action, { id: wanted.container_id })) return FORBIDDEN;
    return perform(door.operatorContainers, wanted);
  };

const wait = (part: (call: Call) => WithId | undefined): Row =>
  about('wait', part, (containers, { container_id: id }) => containers.wait(id));
const kill = (part: (call: Call) => WithId | undefined): Row =>
  about('kill', part, (containers, { container_id: id, signal }) => containers.kill(id, signal));
const remove = (part: (call: Call) => WithId | undefined): Row =>
  about('remove', part, (containers, { container_id: id }) => containers.remove(id));

export const CONTAINER_ROWS: Partial<Record<Call.Type, Row>> = {
  LAUNCH_CONTAINER: launch((call) => call.launch_container),
  LAUNCH_NESTED_CONTAINER: launch((call) => call.launch_nested_container),
  WAIT_CONTAINER: wait((call) => call.wait_container),
  WAIT_NESTED_CONTAINER: wait((call) => call.wait_nested_container),
  KILL_CONTAINER: kill((call) => call.kill_container),
  KILL_NESTED_CONTAINER: kill((call) => call.kill_nested_container),
  REMOVE_CONTAINER: remove((call) => call.remove_container),
  REMOVE_NESTED_CONTAINER: remove((call) => call.remove_nested_container),
};

/**
 * The rights of a principal on containers, by `--acls` (Mesos 1.11 src/authorizer/local/authorizer.cpp).
 *
 * Always true: an executor, who shows claims instead of a name, may act on containers nested in its own alone. The original
 * holds it to that with `--acls` alone; here it is so without them, too.
 */

import type { AclList, Acls, Entity } from '../../../model/acls';
import { isAllowed, thing } from '../../../model/authorizer';
import type { Principal } from '../../../model/principal';

export type ContainerAction = 'launch' | 'session' | 'wait' | 'kill' | 'remove' | 'input' | 'output';

/** A container that somebody wants to act on. */
export interface ContainerObject {
  /** Its outermost container. */
  readonly root: string;
  /** The id of its own level. */
  readonly value: string;
  readonly isNested: boolean;
  /** The user of the executor that it is in; undefined for one of no executor, or of no user. */
  readonly executorUser: string | undefined;
  /** The user of the command that is to be launched. */
  readonly commandUser?: string | undefined;
}

/** The lists about containers in others; those of a launch are about the command, and about what is around it. */
const NESTED: Readonly<Record<ContainerAction, readonly [AclList, AclList?]>> = {
  launch: ['launch_nested_containers_as_user', 'launch_nested_containers_under_parent_with_user'],
  session: [
    'launch_nested_container_sessions_as_user',
    'launch_nested_container_sessions_under_parent_with_user',
  ],
  wait: ['wait_nested_containers'],
  kill: ['kill_nested_containers'],
  remove: ['remove_nested_containers'],
  input: ['attach_containers_input'],
  output: ['attach_containers_output'],
};

const STANDALONE: Partial<Record<ContainerAction, AclList>> = {
  launch: 'launch_standalone_containers',
  wait: 'wait_standalone_containers',
  kill: 'kill_standalone_containers',
  remove: 'remove_standalone_containers',
};

/** Actions of executors on their own containers. */
const OF_EXECUTORS: ReadonlySet<ContainerAction> = new Set([
  'launch',
  'session',
  'wait',
  'kill',
  'remove',
  'output',
]);

export function mayAct(
  acls: Acls | undefined,
  sender: Principal | undefined,
  action: ContainerAction,
  object: ContainerObject,
): boolean {
  if (sender?.claims && sender.value === undefined) return isOwn(sender.claims, action, object);
  if (!acls) return true;
  const standalone = object.isNested ? undefined : STANDALONE[action];
  if (standalone) return isAllowed(acls, standalone, sender);
  const [list, around] = NESTED[action];
  if (around === undefined) return isAllowed(acls, list, sender, objectOf(object));
  return (
    isAllowed(acls, list, sender, userOf(object.commandUser)) &&
    isAllowed(acls, around, sender, userOf(object.executorUser))
  );
}

/** A container of no user is known by its id. */
function objectOf({ executorUser, value }: ContainerObject): Entity {
  return thing(executorUser ?? value);
}

function userOf(user: string | undefined): Entity | undefined {
  return user === undefined ? undefined : thing(user);
}

/** The containers of an executor are below its own; those of a resource provider share a prefix. */
function isOwn(
  claims: Readonly<Record<string, string>>,
  action: ContainerAction,
  { root, isNested }: ContainerObject,
): boolean {
  const prefix = claims['cid_prefix'];
  if (!isNested) return prefix !== undefined && root.startsWith(prefix);
  return OF_EXECUTORS.has(action) && claims['cid'] === root;
}

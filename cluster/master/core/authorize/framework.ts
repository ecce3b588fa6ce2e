/**
 * Permissions of frameworks, by the principal in their FrameworkInfo (Mesos 1.11
 * src/master/authorization.cpp). Refusals are in the original's words.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { AclList } from '../../../model/acls';
import { isAllowed, thing } from '../../../model/authorizer';
import { idText } from '../../../model/ids';
import type { Principal } from '../../../model/principal';
import type { ConvertingOperation } from '../read/operation';
import type { ParsedTask } from '../read/task';
import type { Framework, MasterState } from '../state/state';
import { rolesOfInfo } from '../validate/framework';
import { operationActions } from './operations';

function principalOf({ principal }: mesos.FrameworkInfo): Principal | undefined {
  return principal === undefined ? undefined : { value: principal };
}

/** The refusal of a framework that may not register with its roles, or undefined. */
export function registrationRefusal(state: MasterState, info: mesos.FrameworkInfo): string | undefined {
  const { acls } = state.boot.settings;
  if (!acls) return undefined;
  const roles = rolesOfInfo(info);
  const sender = principalOf(info);
  const isOk =
    roles.length === 0
      ? acls.permissive
      : roles.every((role) => isAllowed(acls, 'register_frameworks', sender, thing(role)));
  if (isOk) return undefined;
  const shown = [...roles].sort().join(', ');
  return `Not authorized to register framework ${idText(info.id)} with roles { ${shown} }`;
}

/** The refusal of a task that its framework may not run as its user, or undefined. */
export function taskRefusal(
  state: MasterState,
  { info, id }: Framework,
  task: ParsedTask,
): string | undefined {
  const { acls } = state.boot.settings;
  const user = task.info.command?.user ?? task.executor?.info.command?.user ?? info.user;
  if (isAllowed(acls, 'run_tasks', principalOf(info), thing(user))) return undefined;
  return `Not authorized to launch task ${task.id} of framework ${id} under user '${user}'`;
}

/** Names of actions in refusals that differ from the list's name in the singular. */
const ACTIONS: Partial<Record<AclList, string>> = {
  reserve_resources: 'RESERVE_RESOURCES',
  unreserve_resources: 'UNRESERVE_RESOURCES',
};

/** The refusal of an operation other than a launch that its framework may not do, or undefined. */
export function operationRefusal(
  state: MasterState,
  { info }: Framework,
  operation: ConvertingOperation,
): string | undefined {
  const { acls } = state.boot.settings;
  if (!acls) return undefined;
  const refused = operationActions(operation).find(
    ({ list, object }) => !isAllowed(acls, list, principalOf(info), object),
  );
  if (!refused) return undefined;
  const { list, object } = refused;
  const action = ACTIONS[list] ?? list.toUpperCase().replace(/S$/, '');
  const on = object?.type === 'SOME' ? `object {"value":${JSON.stringify(object.values[0])}}` : 'ANY object';
  return `Not authorized to perform action ${action} on ${on}`;
}

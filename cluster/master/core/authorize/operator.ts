/**
 * Permissions that operators' calls need (Mesos 1.11 src/master/http.cpp). Each call names them, or the reason why it
 * needs none: a call that names neither does not compile. A refusal is answered 403.
 */

import type { AclList } from '../../../model/acls';
import { isAllowed } from '../../../model/authorizer';
import type { Principal } from '../../../model/principal';
import type { MasterState } from '../state/state';
import type { Action } from './operations';

/** The permissions that a call needs, by its part; made by `needs`, `needsEach` and `needsNothing`. */
export type Permission<Part> =
  | { readonly actions: (part: Part, state: MasterState) => readonly Action[] }
  | { readonly nothing: string };

/** The call needs this permission, on any object. */
export function needs(list: AclList): Permission<unknown> {
  return { actions: () => [{ list }] };
}

/** The call needs each of the permissions that follow from its part. */
export function needsEach<Part>(
  actions: (part: Part, state: MasterState) => readonly Action[],
): Permission<Part> {
  return { actions };
}

/** The call is for everybody, for this reason. */
export function needsNothing(reason: string): Permission<unknown> {
  return { nothing: reason };
}

/** True when the sender has the permission for a call with this part. */
export function isPermitted<Part>(
  state: MasterState,
  sender: Principal | undefined,
  { permission, part }: { readonly permission: Permission<Part>; readonly part: Part },
): boolean {
  const { acls } = state.boot.settings;
  if (!acls || 'nothing' in permission) return true;
  return permission.actions(part, state).every(({ list, object }) => isAllowed(acls, list, sender, object));
}

/**
 * Authorization of a principal by access control lists (Mesos 1.11, the local authorizer).
 *
 * Always true: without ACLs everything is allowed; a principal without a name is allowed nothing that lists
 * decide.
 */

import { ACL_LISTS, type AclList, type Acls, type Entity, type Rule } from './acls';
import type { Principal } from './principal';

const ANY: Entity = { type: 'ANY' };

/** An entity with one name; an unknown name is the empty text, as in protobuf. */
export function thing(name: string | undefined): Entity {
  return { type: 'SOME', values: [name ?? ''] };
}

/** True when the sender may act on the object or, without one, on any object at all. */
export function isAllowed(
  acls: Acls | undefined,
  list: AclList,
  sender: Principal | undefined,
  object: Entity = ANY,
): boolean {
  if (!acls) return true;
  if (sender && sender.value === undefined) return false;
  const subject: Entity = sender?.value === undefined ? ANY : thing(sender.value);
  const isNested = 'nested' in ACL_LISTS[list];
  for (const rule of acls.rules[list] ?? []) {
    const decision =
      isNested && isRecursive(rule) ? matchNested(rule, subject, object) : matchFlat(rule, subject, object);
    if (decision !== undefined) return decision;
  }
  return acls.permissive;
}

/** True when lists of these kinds can refuse anything; otherwise all principals view the same. */
export function canRefuse(acls: Acls | undefined, lists: readonly AclList[]): boolean {
  return (
    acls !== undefined && (!acls.permissive || lists.some((list) => (acls.rules[list]?.length ?? 0) > 0))
  );
}

function matchFlat(rule: Rule, subject: Entity, object: Entity): boolean | undefined {
  if (!matches(subject, rule.principals) || !matches(object, rule.objects)) return undefined;
  return allows(subject, rule.principals) && allows(object, rule.objects);
}

function isRecursive({ objects }: Rule): boolean {
  return objects.type === 'SOME' && objects.values.length === 1 && objects.values[0]?.endsWith('/%') === true;
}

/** Matches a rule for `eng/%`: each role below `eng`, and not `eng` itself. */
function matchNested(rule: Rule, subject: Entity, object: Entity): boolean | undefined {
  if (object.type !== 'SOME' || rule.objects.type !== 'SOME') return undefined;
  const parent = (rule.objects.values[0] ?? '').slice(0, -1);
  if (!object.values[0]?.startsWith(parent)) return undefined;
  return matchFlat({ principals: rule.principals, objects: ANY }, subject, object);
}

/** True when a rule applies to a request. NONE in a rule is about everything, and allows only NONE. */
function matches(request: Entity, rule: Entity): boolean {
  if (request.type === 'NONE') return rule.type === 'NONE';
  if (rule.type !== 'SOME') return true;
  return request.type === 'SOME' && request.values.every((value) => rule.values.includes(value));
}

function allows(request: Entity, rule: Entity): boolean {
  if (request.type === 'NONE') return rule.type === 'NONE';
  if (rule.type === 'ANY') return true;
  if (request.type === 'ANY' || rule.type === 'NONE') return false;
  return request.values.every((value) => rule.values.includes(value));
}

/**
 * UPDATE_FRAMEWORK: a framework changes its FrameworkInfo, suppressed roles and offer constraints without subscribing
 * again. The call replaces all of them or nothing (Mesos 1.11 Master::updateFramework).
 *
 * In: UPDATE_FRAMEWORK      Out: event(RESCIND), send(UpdateFramework), publish, wake
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import { sameContent } from '../../../model/equal';
import { isInvalid, readConstraints } from '../offer-constraints/constraints';
import type { Patterns } from '../offer-constraints/program';
import { rescind } from '../offers/rescind';
import { syncFramework } from '../offers/revive';
import { allocateSoon } from '../offers/schedule';
import type { Framework, MasterState } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { changeError, frameworkError, printRoles, rolesOfInfo } from '../validate/framework';
import { publishFramework, setConstraints, updateAgentsOf } from './connection';

/** The error in the call, in Mesos' words, or undefined. */
export function updateError(
  state: MasterState,
  framework: Framework,
  call: scheduler.Call.UpdateFramework,
  patterns: Patterns = {},
): string | undefined {
  const { framework_info: info } = call;
  if (info.id?.value !== framework.id) {
    return "'UpdateFramework' call is not valid: 'update_framework.framework_info.id' differs from 'framework_id'";
  }
  const wrong = frameworkError(info, state.boot.settings);
  if (wrong) return `Supplied FrameworkInfo is not valid: ${wrong}`;
  const changed = changeError(framework.info, info);
  if (changed) return `FrameworkInfo update is not valid: ${changed}`;
  const foreign = (call.suppressed_roles ?? []).filter((role) => !rolesOfInfo(info).includes(role));
  const constraints = readConstraints(call.offer_constraints, rolesOfInfo(info), patterns);
  if (foreign.length === 0) {
    return isInvalid(constraints) ? `'UpdateFramework' call is not valid: ${constraints.error}` : undefined;
  }
  return `'UpdateFramework' call is not valid: Suppressed roles ${printRoles(foreign)} are not contained in the set of roles`;
}

/** True when two FrameworkInfos are equal; roles and capabilities are compared as sets. */
function isSameInfo(before: mesos.FrameworkInfo, after: mesos.FrameworkInfo): boolean {
  const types = ({ capabilities = [] }: mesos.FrameworkInfo): string[] =>
    capabilities.map(({ type = 'UNKNOWN' }) => type).sort();
  const shown = (info: mesos.FrameworkInfo): unknown => ({
    ...info,
    roles: [...(info.roles ?? [])].sort(),
    capabilities: types(info),
  });
  return sameContent(shown(before), shown(after));
}

/**
 * Carries the call out: offers in roles that the framework left are rescinded, roles no longer suppressed are
 * revived.
 */
export function updateFramework(
  turn: Turn,
  framework: Framework,
  { update: call, patterns }: { update: scheduler.Call.UpdateFramework; patterns: Patterns | undefined },
): void {
  const { state } = turn;
  const before = framework.info;
  framework.info = { ...call.framework_info, id: { value: framework.id } };
  framework.roles = rolesOfInfo(framework.info);
  framework.suppressedRoles = new Set(call.suppressed_roles ?? []);
  setConstraints(framework, call.offer_constraints, patterns);
  syncFramework(state, framework);
  withdrawDropped(turn, framework);
  if (!isSameInfo(before, framework.info)) {
    updateAgentsOf(turn, framework);
    emit(turn, publishFramework(state, framework, false));
  }
  allocateSoon(turn);
}

function withdrawDropped(turn: Turn, framework: Framework): void {
  const { state } = turn;
  const dropped = [...framework.offers].filter((id) => {
    const offer = state.offers.get(id);
    return offer && !framework.roles.includes(offer.role);
  });
  for (const id of dropped) rescind(turn, id);
}

/**
 * Permission of an agent to register: by its principal, and by its static reservations (Mesos 1.11
 * ActionObject::agentRegistration).
 */

import type * as internal from '../../../api/generated/internal';
import { isAllowed } from '../../../model/authorizer';
import type { Principal } from '../../../model/principal';
import { readResources, type WireResource, writeResources } from '../../../model/resources';
import type { MasterState } from '../state/state';
import { reserveActions } from './operations';

/** The refusal of an agent that may not register, in Mesos' words, or undefined. */
export function agentRefusal(
  state: MasterState,
  slave: internal.RegisterSlaveMessage['slave'],
  sender: Principal | undefined,
): string | undefined {
  const { acls } = state.boot.settings;
  if (!acls) return undefined;
  const resources = slave.resources ?? [];
  const isReserved = resources.some(({ role, reservations }) =>
    reservations ? reservations.length > 0 : role !== undefined && role !== '*',
  );
  const needs = isReserved ? reserveActions({ resources }) : [];
  const may =
    needs.every(({ list, object }) => isAllowed(acls, list, sender, object)) &&
    isAllowed(acls, 'register_agents', sender);
  if (may) return undefined;
  const who = sender?.value === undefined ? 'without a principal' : `with principal '${sender.value}'`;
  return `Not authorized to register agent providing resources ${printed(resources)} ${who}`;
}

function printed(resources: readonly unknown[]): string {
  return `'${JSON.stringify(writeResources(readResources(resources as readonly WireResource[])))}'`;
}

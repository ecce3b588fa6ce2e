/**
 * Permission of an agent to register: by its principal, and by its static reservations (Mesos 1.11
 * ActionObject::agentRegistration).
 */

import { isAllowed } from '../../../model/authorizer';
import type { Principal } from '../../../model/principal';
import { type Resources, writeResources } from '../../../model/resources';
import type { AgentReport } from '../read/agent-report';
import type { MasterState } from '../state/state';
import { reserveActions } from './operations';

/** The refusal of an agent that may not register, in Mesos' words, or undefined. */
export function agentRefusal(
  state: MasterState,
  { message: { slave }, machine }: AgentReport,
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
  return `Not authorized to register agent providing resources ${printed(machine)} ${who}`;
}

function printed(resources: Resources): string {
  return `'${JSON.stringify(writeResources(resources))}'`;
}

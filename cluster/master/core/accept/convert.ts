/**
 * Operations of an ACCEPT that convert resources: reservations and volumes.
 */

import type * as mesos from '../../../api/generated/mesos';
import { applyConversions, type Conversion, conversionsOf } from '../../../model/conversions';
import {
  addResources,
  containsResources,
  printResources,
  subtractResources,
  unallocated,
} from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { operationRefusal } from '../authorize/framework';
import { rescind } from '../offers/rescind';
import { applyOperation } from '../operations/apply';
import { operationFailed } from '../operations/feedback';
import { injectRole } from '../operations/normalize';
import type { Agent } from '../state/state';
import type { Turn } from '../state/turn';
import { operationError } from '../validate/operation';
import type { AcceptContext } from './accept-context';

/** Checks an operation, applies it to the remaining resources, then to the agent. */
export function convert(turn: Turn, batch: AcceptContext, received: mesos.Offer.Operation): void {
  const { state } = turn;
  const { framework, agent, role } = batch;
  const operation = injectRole(received, role);
  const context = { agent, framework, principal: framework.info.principal };
  const wrong = operationError(operation, context);
  const refused = wrong
    ? `${wrong}; on agent ${describeAgent(agent)}`
    : operationRefusal(state, framework, operation);
  if (refused) return operationFailed(turn, framework, operation, refused);
  if (operation.type === 'DESTROY') withdraw(turn, agent, operation);
  const lacking = convertRemaining(batch, operation, conversionsOf(operation));
  if (lacking) return operationFailed(turn, framework, operation, lacking);
  applyOperation(turn, { agent, framework, operation });
}

function describeAgent({ id, pid, info }: Agent): string {
  return `${id} at ${pid} (${info.hostname})`;
}

/** Rescinds the offers that have a volume to be destroyed: a shared volume may be offered to several frameworks. */
function withdraw(turn: Turn, agent: Agent, { destroy }: mesos.Offer.Operation): void {
  const { state } = turn;
  const volumes = (destroy?.volumes ?? []).flatMap((volume) =>
    conversionsOf({ type: 'DESTROY', destroy: { volumes: [volume] } }).map(({ consumed }) =>
      unallocated(consumed),
    ),
  );
  for (const id of [...agent.offers].filter((id) => {
    const offered = state.offers.get(id)?.resources ?? [];
    return volumes.some((volume) => containsResources(offered, volume));
  })) {
    rescind(turn, id);
  }
}

/** Converts the remaining resources; an error names what is lacking. Resized volumes leave the remainder (batch.ts). */
function convertRemaining(
  batch: AcceptContext,
  { type }: mesos.Offer.Operation,
  conversions: readonly Conversion[],
): string | undefined {
  if (type !== 'GROW_VOLUME' && type !== 'SHRINK_VOLUME') {
    const after = applyConversions(batch.remaining, conversions);
    if ('error' in after) return after.error;
    batch.remaining = after;
    if (type === 'CREATE' || type === 'DESTROY') batch.shared = after.filter(isShared);
    return undefined;
  }
  for (const { consumed, converted } of conversions) {
    if (!containsResources(batch.remaining, consumed)) {
      const have = printResources(batch.remaining);
      const need = printResources(consumed);
      return `Invalid ${type} operation: ${have} does not contain ${need}`;
    }
    batch.remaining = subtractResources(batch.remaining, consumed);
    batch.resized = addResources(batch.resized, converted);
  }
  return undefined;
}

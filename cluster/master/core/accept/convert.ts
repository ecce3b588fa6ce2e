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
import type { MasterEffect } from '../state/effects';
import type { Agent, MasterState } from '../state/state';
import { operationError } from '../validate/operation';
import type { AcceptContext } from './accept-context';

/** Checks an operation, applies it to the remaining resources, then to the agent. */
export function convert(
  state: MasterState,
  batch: AcceptContext,
  operation: mesos.Offer.Operation,
): MasterEffect[] {
  const { framework, agent } = batch;
  const context = { agent, framework, principal: framework.info.principal };
  const wrong = operationError(operation, context);
  const refused = wrong
    ? `${wrong}; on agent ${describeAgent(agent)}`
    : operationRefusal(state, framework, operation);
  if (refused) return operationFailed(state, framework, operation, refused);
  const effects = operation.type === 'DESTROY' ? withdraw(state, agent, operation) : [];
  const lacking = convertRemaining(batch, operation, conversionsOf(operation));
  if (lacking) return [...effects, ...operationFailed(state, framework, operation, lacking)];
  return [...effects, ...applyOperation(state, { agent, framework, operation })];
}

function describeAgent({ id, pid, info }: Agent): string {
  return `${id} at ${pid} (${info.hostname})`;
}

/** Rescinds the offers that have a volume to be destroyed: a shared volume may be offered to several frameworks. */
function withdraw(state: MasterState, agent: Agent, { destroy }: mesos.Offer.Operation): MasterEffect[] {
  const volumes = (destroy?.volumes ?? []).flatMap((volume) =>
    conversionsOf({ type: 'DESTROY', destroy: { volumes: [volume] } }).map(({ consumed }) =>
      unallocated(consumed),
    ),
  );
  return [...agent.offers]
    .filter((id) => {
      const offered = state.offers.get(id)?.resources ?? [];
      return volumes.some((volume) => containsResources(offered, volume));
    })
    .flatMap((id) => rescind(state, id));
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

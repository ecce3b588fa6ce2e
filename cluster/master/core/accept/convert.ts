/**
 * Operations of an ACCEPT that convert resources: reservations and volumes.
 */

import { applyConversions, type Conversion, conversionsOf } from '../../../model/conversions';
import {
  addResources,
  containsResources,
  printResources,
  type Resources,
  subtractResources,
  unallocated,
} from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { operationRefusal } from '../authorize/framework';
import { rescind } from '../offers/rescind';
import { applyOperation } from '../operations/apply';
import { operationFailed } from '../operations/feedback';
import type { ConvertingOperation } from '../read/operation';
import type { Agent } from '../state/state';
import type { Turn } from '../state/turn';
import { operationError } from '../validate/operation';
import type { AcceptContext } from './accept-context';

/** Checks an operation, applies it to the remaining resources, then to the agent. */
export function convert(turn: Turn, batch: AcceptContext, operation: ConvertingOperation): void {
  const { state } = turn;
  const { framework, agent } = batch;
  const context = { agent, framework, principal: framework.info.principal };
  const wrong = operationError(operation, context);
  if (wrong) return operationFailed(turn, framework, operation.info, onAgent(wrong, agent));
  const refused = operationRefusal(state, framework, operation);
  if (refused) return operationFailed(turn, framework, operation.info, refused);
  if (operation.type === 'DESTROY') withdraw(turn, agent, operation.volumes);
  const lacking = convertRemaining(batch, operation, conversionsOf(operation));
  if (lacking) return operationFailed(turn, framework, operation.info, lacking);
  applyOperation(turn, { agent, framework, operation });
}

/** The error in an operation, with its agent. */
export function onAgent(error: string, { id, pid, info }: Agent): string {
  return `${error}; on agent ${id} at ${pid} (${info.hostname})`;
}

/** Rescinds the offers that have a volume to be destroyed: a shared volume may be offered to several frameworks. */
function withdraw(turn: Turn, agent: Agent, destroyed: Resources): void {
  const { state } = turn;
  const volumes = destroyed.map((volume) => unallocated([volume]));
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
  { type }: ConvertingOperation,
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

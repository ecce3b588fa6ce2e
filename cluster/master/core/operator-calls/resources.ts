/**
 * Reservations and volumes by operators, on free resources and on offered ones, whose offers are rescinded (Mesos 1.11
 * Master::Http::_operation). Each call has its own file, which says which operation it is.
 *
 * Out: answer, event(RESCIND), send(ApplyOperation or CheckpointResources)
 */

import type { Call } from '../../../api/generated/master';
import type * as mesos from '../../../api/generated/mesos';
import { applyConversions, type Conversion, conversionsOf } from '../../../model/conversions';
import { type AgentId, lookUp } from '../../../model/ids';
import {
  addResources,
  equalResources,
  NO_RESOURCES,
  type Resources,
  subtractResources,
} from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { convertAgent } from '../allocator/agents';
import { returnResources } from '../offers/decline';
import { removeOffer } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { applyOperation } from '../operations/apply';
import { type ConvertingType, readConverting } from '../read/operation';
import { sendEvent } from '../scheduler-events/send-event';
import type { Agent, MasterState, OfferRecord } from '../state/state';
import { collect, emit, type Turn } from '../state/turn';
import { operationError } from '../validate/operation';
import { operationFormError } from '../validate/operation-form';
import type { Part } from '../validate/operator-call';
import { type CallEvent, type ChangingCall, refuse } from './call';

/** An operation on the resources of one agent. */
interface ResourceRequest {
  /** Undefined when the call names none, which its form forbids. */
  readonly agentId: AgentId | undefined;
  readonly operation: mesos.Offer.Operation & { readonly type: ConvertingType };
}

/** The check and the run of a call that asks for an operation on resources. */
export function operates<T extends Call.Type>(
  request: (part: Part<T>) => ResourceRequest,
): Required<Pick<ChangingCall<T>, 'check' | 'run'>> {
  return {
    check: (state, part, { principal }) => resourceRequestError(state, request(part), principal?.value),
    run: (turn, part, event) => operateResources(turn, request(part), event),
  };
}

/** The error in the operation of a call, or undefined. */
function resourceRequestError(
  state: MasterState,
  { agentId, operation }: ResourceRequest,
  principal: string | undefined,
): string | undefined {
  const agent = lookUp(state.agents, agentId);
  if (!agent) return 'No agent found with specified ID';
  const shape = operationFormError(operation);
  if (shape) return shape;
  const read = readConverting(operation.type, operation);
  const wrong = 'error' in read ? read.error : operationError(read, { agent, principal });
  return wrong && `Invalid ${operation.type} operation${whereOf(agent, operation)}: ${wrong}`;
}

/** The agent in an error text. The original leaves it out for UNRESERVE and DESTROY. */
function whereOf({ id, pid, info }: Agent, { type }: mesos.Offer.Operation): string {
  const isSaid = type !== 'UNRESERVE' && type !== 'DESTROY';
  return isSaid ? ` on agent ${id} at ${pid} (${info.hostname})` : '';
}

/** Rescinds offers as needed and applies the operation: 202, or 409 when the resources are in use. */
function operateResources(turn: Turn, { agentId, operation: wire }: ResourceRequest, event: CallEvent): void {
  const { state } = turn;
  const { request } = event;
  const agent = lookUp(state.agents, agentId);
  const operation = readConverting(wire.type, wire);
  if (!agent || 'error' in operation) return;
  const conversions = conversionsOf(operation);
  const rescinded = collect(turn, (part) => rescindForOperation(part, agent, conversions));
  const free = convertFree(state, agent, conversions);
  if ('error' in free) {
    turn.effects.push(...rescinded);
    return refuse(turn, event, 409, free.error);
  }
  emit(turn, { kind: 'answer', request, status: 202 });
  turn.effects.push(...rescinded);
  applyOperation(turn, { agent, framework: undefined, operation });
  convertAgent(state.allocator, agent.id, { total: agent.total, free });
  allocateSoon(turn);
}

/** The free resources after conversions, or an error. Shared volumes count as free, since nobody has them alone. */
function convertFree(
  state: MasterState,
  agent: Agent,
  conversions: readonly Conversion[],
): Resources | { readonly error: string } {
  const free = state.allocator.agents.get(agent.id)?.free ?? NO_RESOURCES;
  const shared = agent.total.filter(isShared);
  const after = applyConversions(
    addResources(
      free.filter((resource) => !isShared(resource)),
      shared,
    ),
    conversions,
  );
  return 'error' in after ? after : after.filter((resource) => !isShared(resource));
}

/**
 * Rescinds offers of the agent, one after the other, until the conversions can be applied to their resources; offers
 * without any needed resources stay. Free resources are not counted on, as in the original: the allocator may be
 * about to offer them (Mesos 1.11 Master::Http::_operation).
 */
function rescindForOperation(turn: Turn, agent: Agent, conversions: readonly Conversion[]): void {
  const { state } = turn;
  let needed = conversions.reduce<Resources>(
    (all, { consumed }) => addResources(all, consumed),
    NO_RESOURCES,
  );
  let recovered = NO_RESOURCES;
  for (const id of [...agent.offers]) {
    const offer = state.offers.get(id);
    if (!offer) continue;
    const left = subtractResources(needed, offer.resources);
    if (equalResources(needed, left)) continue;
    needed = left;
    recovered = addResources(recovered, offer.resources);
    rescindFiltered(turn, offer);
    if (!('error' in applyConversions(recovered, conversions))) break;
  }
}

/** Rescinds an offer with a default filter, so that its framework does not get the same resources again at once. */
function rescindFiltered(turn: Turn, offer: OfferRecord): void {
  const { state, now } = turn;
  removeOffer(state, offer);
  const framework = state.frameworks.get(offer.frameworkId);
  sendEvent(turn, framework, { type: 'RESCIND', rescind: { offer_id: { value: offer.id } } });
  returnResources(turn, offer, { resources: offer.resources, filters: {}, now });
}

/** The error in the form of a call that resizes a volume, or undefined. */
export function agentIdError({
  agent_id,
}: {
  readonly agent_id?: mesos.AgentID | undefined;
}): string | undefined {
  if (agent_id !== undefined) return undefined;
  return "Expecting 'agent_id' to be present; only agent default resources are supported right now";
}

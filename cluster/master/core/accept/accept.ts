/**
 * ACCEPT: operations on the resources of offers, and the return of the remainder (Mesos 1.11 Master::accept, _accept).
 *
 * In: ACCEPT      Out: send, event(UPDATE, UPDATE_OPERATION_STATUS, RESCIND), publish(TASK_ADDED), wake
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import { note } from '../../../model/machine';
import {
  addResources,
  allocateTo,
  NO_RESOURCES,
  type Resources,
  subtractResources,
  unallocated,
} from '../../../model/resources';
import type { Millis } from '../../../model/time';
import { isShared } from '../../../model/volumes';
import { recoverResources } from '../allocator/allocated';
import { returnResources } from '../offers/decline';
import { removeOffer } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { operationFailed, refuseFeedback } from '../operations/feedback';
import { OPERATION_TYPES, type ParsedOperation, readOperation } from '../read/operation';
import {
  type Agent,
  count,
  countOf,
  type Framework,
  type MasterState,
  type OfferRecord,
} from '../state/state';
import type { Turn } from '../state/turn';
import { hasCapability } from '../validate/operation-context';
import { operationFormError, tasksOf } from '../validate/operation-form';
import type { AcceptContext } from './accept-context';
import { convert, onAgent } from './convert';
import { launch, launchGroup } from './launch';
import { type Rejection, rejectTasks } from './rejected-tasks';

type Operation = mesos.Offer.Operation;

/** ACCEPT: removes the offers, carries out valid operations, and returns the remainder with the filters of the call. */
export function accept(turn: Turn, framework: Framework, call: scheduler.Call.Accept): void {
  const { state, now } = turn;
  countLaunches(state, call);
  const ids = (call.offer_ids ?? []).map(({ value }) => value);
  const offers = ids
    .flatMap((id) => state.offers.get(id) ?? [])
    .filter((offer) => offer.frameworkId === framework.id);
  const error = offersError(state, framework, ids);
  for (const offer of new Set(offers)) removeOffer(state, offer);
  if (error) return refuseAll(turn, framework, { call, offers: [...new Set(offers)], error, now });
  const [first] = offers;
  const agent = first && state.agents.get(first.agentId);
  if (!first || !agent) return;
  if (!agent.connected) return agentUnavailable(turn, framework, { call, offers, now });
  carryOutOperations(turn, framework, { call, offers, first, agent, now });
}

/** Counts the call. A LAUNCH without tasks counts as a decline, which is how old drivers decline. */
function countLaunches(state: MasterState, { operations }: scheduler.Call.Accept): void {
  for (const { type, launch: launchPart } of operations ?? []) {
    if (type !== 'LAUNCH') continue;
    const isEmpty = (launchPart?.task_infos ?? []).length === 0;
    count(state, isEmpty ? 'master/messages_decline_offers' : 'master/messages_launch_tasks');
  }
}

/** The first error in the offers. As in the original, each check covers all offers before the next check. */
function offersError(state: MasterState, framework: Framework, ids: readonly string[]): string | undefined {
  if (ids.length === 0) return 'No offers specified';
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return `Duplicate offer ${twice} in offer list`;
  const gone = ids.find((id) => !state.offers.has(id));
  if (gone !== undefined) return `Offer ${gone} is no longer valid`;
  const offers = ids.flatMap((id) => state.offers.get(id) ?? []);
  const foreign = offers.find(({ frameworkId }) => frameworkId !== framework.id);
  if (foreign) {
    return `Offer ${foreign.id} has invalid framework ${foreign.frameworkId} while framework ${framework.id} is expected`;
  }
  return offers.length > 1 ? differentAgentsError(offers) : undefined;
}

/** The error when offers have several roles or agents. The missing quote in the text is the original's. */
function differentAgentsError(offers: readonly OfferRecord[]): string | undefined {
  const [first] = offers;
  const otherRole = offers.find(({ role }) => role !== first?.role);
  if (otherRole) {
    return (
      `Aggregated offers must be allocated to the same role. Offer ${otherRole.id} uses role '${otherRole.role} ` +
      `but another is using role '${first?.role}`
    );
  }
  const elsewhere = offers.find(({ agentId }) => agentId !== first?.agentId);
  if (!elsewhere) return undefined;
  return (
    `Aggregated offers must belong to one single agent. Offer ${elsewhere.id} uses agent ${elsewhere.agentId} and ` +
    `agent ${first?.agentId}`
  );
}

interface Acceptance {
  readonly call: scheduler.Call.Accept;
  readonly offers: readonly OfferRecord[];
  readonly now: Millis;
}

/**
 * Drops all operations of a call with an invalid offer. Its valid offers are used up, too: their resources are
 * recovered without a filter. Launches get a TASK_LOST or TASK_DROPPED, other operations feedback if they have an id.
 */
function refuseAll(
  turn: Turn,
  framework: Framework,
  { call, offers, error, now }: Acceptance & { error: string },
): void {
  const { state } = turn;
  for (const offer of offers) recoverResources(state.allocator, offer, offer.resources);
  const message = `Task launched with invalid offers: ${error}`;
  const loss: Rejection = { reason: 'REASON_INVALID_OFFERS', message, now };
  for (const operation of call.operations ?? []) {
    if (isLaunch(operation)) rejectTasks(turn, framework, tasksOf(operation), loss);
    else operationFailed(turn, framework, operation, `Operation attempted with invalid offers: ${error}`);
  }
  allocateSoon(turn);
}

function isLaunch({ type }: Operation): boolean {
  return type === 'LAUNCH' || type === 'LAUNCH_GROUP';
}

/** Drops the launches of a call whose agent is disconnected. */
function agentUnavailable(turn: Turn, framework: Framework, { call, offers, now }: Acceptance): void {
  const { state } = turn;
  for (const offer of offers) recoverResources(state.allocator, offer, offer.resources);
  const loss: Rejection = { reason: 'REASON_AGENT_DISCONNECTED', message: 'Agent disconnected', now };
  for (const operation of call.operations ?? []) rejectTasks(turn, framework, tasksOf(operation), loss);
}

function carryOutOperations(
  turn: Turn,
  framework: Framework,
  { call, offers, first, agent, now }: Acceptance & { first: OfferRecord; agent: Agent },
): void {
  const { role } = first;
  const all = offers.reduce<Resources>((sum, offer) => addResources(sum, offer.resources), NO_RESOURCES);
  const offered = allocateTo(all, role);
  const batch: AcceptContext = {
    framework,
    agent,
    role,
    offered,
    remaining: offered,
    shared: offered.filter(isShared),
    resized: NO_RESOURCES,
    now,
  };
  countOf(framework, 'offers/accepted', offers.length);
  for (const operation of call.operations ?? []) perform(turn, batch, operation);
  returnRemainder(turn, batch, { offer: first, filters: call.filters });
}

/** Checks, reads and runs one operation. An operation that fails does not stop the ones after it. */
function perform(turn: Turn, batch: AcceptContext, received: Operation): void {
  const { framework, agent, role } = batch;
  const type = OPERATION_TYPES.find((known) => known === received.type);
  if (!type) return ignoreUnknown(turn, framework, received);
  const wantsFeedback = received.id !== undefined && !isLaunch(received);
  if (wantsFeedback && framework.pid !== undefined) return refuseFeedback(turn, framework, received);
  const error = firstError(received, agent);
  if (error) return operationInvalid(turn, batch, received, error);
  const operation = readOperation(type, received, { frameworkId: framework.id, role });
  if (!('error' in operation)) return run(turn, batch, operation);
  if (!isLaunch(received)) operationFailed(turn, framework, received, onAgent(operation.error, agent));
}

function run(turn: Turn, batch: AcceptContext, operation: ParsedOperation): void {
  switch (operation.type) {
    case 'LAUNCH':
      return launch(turn, batch, operation);
    case 'LAUNCH_GROUP':
      return launchGroup(turn, batch, operation);
    default:
      return convert(turn, batch, operation);
  }
}

function ignoreUnknown(turn: Turn, { id }: Framework, { type = 'UNKNOWN' }: Operation): void {
  note(turn, 'warn', `Operation ${type} is not known; ignored`, { framework: id });
}

/** Drops an operation with an error: tasks get a TASK_ERROR, other operations feedback if they have an id. */
function operationInvalid(
  turn: Turn,
  { framework, now }: AcceptContext,
  received: Operation,
  message: string,
): void {
  if (!isLaunch(received)) return operationFailed(turn, framework, received, message);
  const reason = received.type === 'LAUNCH' ? 'REASON_TASK_INVALID' : 'REASON_TASK_GROUP_INVALID';
  rejectTasks(turn, framework, tasksOf(received), { reason, message, now, state: 'TASK_ERROR' });
}

/**
 * The first error in an operation before it is applied: in the form of its resources, or feedback that is not
 * supported.
 */
function firstError(operation: Operation, agent: Agent): string | undefined {
  const shape = operationFormError(operation);
  if (isLaunch(operation)) {
    if (shape) return shape;
    return operation.id && `The \`id\` field cannot be set on ${operation.type} operations`;
  }
  const invalid = 'Operation attempted with invalid resources: ';
  if (shape) return `${invalid}${shape}`;
  if ((operation.reserve?.source?.length ?? 0) > 0)
    return `${invalid}Reservation updates are not yet implemented for the scheduler API.`;
  if (!operation.id) return undefined;
  if (!hasCapability(agent, 'RESOURCE_PROVIDER'))
    return `Operation requested feedback, but agent ${agent.id} does not have the required RESOURCE_PROVIDER capability`;
  if (hasCapability(agent, 'AGENT_OPERATION_FEEDBACK')) return undefined;
  return (
    `Operation on agent default resources requested feedback, but agent ${agent.id} does not have the ` +
    'required AGENT_OPERATION_FEEDBACK and RESOURCE_PROVIDER capabilities'
  );
}

/**
 * Returns converted resources without a filter, so that they are offered again at once; the remainder
 * counts as declined.
 */
function returnRemainder(
  turn: Turn,
  { framework, offered, remaining, resized, now }: AcceptContext,
  { offer, filters }: { offer: OfferRecord; filters: mesos.Filters | undefined },
): void {
  const { state } = turn;
  const converted = subtractResources(addResources(remaining, resized), offered);
  const declined = subtractResources(remaining, converted);
  if (converted.length > 0) recoverResources(state.allocator, offer, unallocated(converted));
  const key = { ...offer, frameworkId: framework.id };
  if (converted.length > 0) allocateSoon(turn);
  returnResources(turn, key, { resources: unallocated(declined), filters, now });
}

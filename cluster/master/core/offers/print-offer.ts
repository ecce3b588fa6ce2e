/**
 * Offers in the form of the v1 API, by the capabilities of their framework.
 */

import type * as mesos from '../../../api/generated/mesos';
import {
  allocateTo,
  type Resources,
  type WireResource,
  writeLegacyResources,
  writeResources,
} from '../../../model/resources';
import { unavailabilityOf } from '../maintenance/agents';
import { type Agent, type Framework, isCapable, type MasterState, type OfferRecord } from '../state/state';

/** Prints an offer for its framework. */
export function printOffer(state: MasterState, framework: Framework, offer: OfferRecord): mesos.Offer {
  return offerPrinter(state, framework, offer)();
}

/** Gathers what printing needs now, so that the offer can be printed later as it is now (views/operator.ts). */
export function offerPrinter(
  state: MasterState,
  framework: Framework,
  offer: OfferRecord,
): () => mesos.Offer {
  const agent = state.agents.get(offer.agentId) as Agent;
  const { id, info, pid } = agent;
  const asNow = { id: framework.id, info: framework.info };
  const executorIds = executorIdsOf(agent, framework);
  const unavailability = unavailabilityOf(state, agent);
  return () => ({
    id: { value: offer.id },
    framework_id: { value: asNow.id },
    agent_id: { value: id },
    hostname: info.hostname,
    url: {
      scheme: 'http',
      address: { hostname: info.hostname, ...addressOf({ pid }) },
      path: `/${pid.slice(0, pid.lastIndexOf('@'))}`,
    },
    domain: info.domain,
    resources: printFor(asNow, offer.resources, offer.role) as mesos.Resource[],
    attributes: info.attributes,
    executor_ids: executorIds,
    unavailability,
    allocation_info: isCapable(asNow, 'MULTI_ROLE') ? { role: offer.role } : undefined,
  });
}

/** The framework's executors on the agent; undefined without any. */
function executorIdsOf({ executors }: Agent, framework: Framework): mesos.ExecutorID[] | undefined {
  if (executors.size === 0) return undefined;
  const executorsOfFramework = [...executors.values()].filter(
    ({ frameworkId }) => frameworkId === framework.id,
  );
  return executorsOfFramework.length === 0
    ? undefined
    : executorsOfFramework.map(({ id }) => ({ value: id }));
}

/** Left out of offers, as in the original: the agent assigns ephemeral ports to containers by itself. */
const HIDDEN = 'ephemeral_ports';

function printFor(framework: Pick<Framework, 'info'>, offered: Resources, role: string): WireResource[] {
  const resources = offered.filter(({ name }) => name !== HIDDEN);
  const marked = isCapable(framework, 'MULTI_ROLE') ? allocateTo(resources, role) : resources;
  return isCapable(framework, 'RESERVATION_REFINEMENT')
    ? writeResources(marked)
    : writeLegacyResources(marked);
}

/** The address that an agent listens on, from its pid. */
export function addressOf(agent: Pick<Agent, 'pid'>): { ip: string; port: number } {
  const separator = agent.pid.lastIndexOf('@');
  const colon = agent.pid.lastIndexOf(':');
  return { ip: agent.pid.slice(separator + 1, colon), port: Number(agent.pid.slice(colon + 1)) };
}

/**
 * The addresses of a task: those of the first source that has any, in the order of `--ip-sources`.
 */

import type { AgentFacts, IpSource } from '../facts/cluster-facts';
import type { TaskBody } from '../facts/task-map';
import { readAddress } from '../names/address';
import type { RecordContext } from '../zone/record-sink';

/** Addresses of one task that get records. */
const ADDRESSES_MAX = 1024;

/** The addresses of the first source that has any (`IPs` in records/state/state.go of Mesos-DNS). */
export function taskAddresses(
  task: TaskBody,
  sources: readonly IpSource[],
  agentAddresses: readonly string[],
): readonly string[] {
  for (const source of sources) {
    if (source === 'host') {
      if (agentAddresses.length > 0) return agentAddresses;
      continue;
    }
    const addresses: string[] = [];
    for (const text of task.running?.[source] ?? []) {
      const address = readAddress(text);
      if (address && addresses.length < ADDRESSES_MAX) addresses.push(address.text);
    }
    if (addresses.length > 0) return addresses;
  }
  return [];
}

/** The reason for which a listed task has no address of its own: its sources, in the order in which they are looked at. */
export function whyNoAddress(context: RecordContext, task: TaskBody): string {
  const agent = context.agent(task.agentId);
  const sources = context.options.ipSources.map((source) => {
    const texts = source === 'host' ? [] : (task.running?.[source] ?? []);
    if (texts.length > 0)
      return `${source} (${texts
        .slice(0, 3)
        .map((text) => JSON.stringify(text))
        .join(', ')}: no address)`;
    return source === 'host' ? `host (${whyNoHost(agent)})` : `${source} (none)`;
  });
  return `it has no usable address; sources asked: ${sources.join(', ')}`;
}

function whyNoHost(agent: AgentFacts | undefined): string {
  return agent?.endpoint
    ? `its agent's host ${agent.endpoint.host} has no address`
    : "its agent's address cannot be read";
}

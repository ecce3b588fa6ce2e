/**
 * The facts about a cluster that the zone is made of, whichever source told them.
 *
 * `state-json.ts` reads them from a whole `/state` document, `master-events.ts` keeps them up to date from the event stream.
 * Always true: facts have been checked; odd entries of a document were left out with a note.
 */

import type { Ranges } from '../../../cluster/model/ranges';

export const PORT_MAX = 65_535;

/** A host (an address or a host name) and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface AgentFacts {
  readonly id: string;
  /** Undefined when the master told no usable pid: the agent's tasks are listed, but no name points at the agent. */
  readonly endpoint: HostPort | undefined;
}

export interface FrameworkFacts {
  readonly id: string;
  readonly name: string;
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** The sources of a task's address, in the order of the configuration. */
export const IP_SOURCES = ['netinfo', 'mesos', 'docker', 'host'] as const;
export type IpSource = (typeof IP_SOURCES)[number];

/** The addresses that the last running status told, by their source. */
export interface StatusFacts {
  readonly timestamp: number;
  /** False after a failed health check. */
  readonly healthy: boolean;
  readonly netinfo: readonly string[];
  readonly mesos: readonly string[];
  readonly docker: readonly string[];
}

export interface DiscoveryPort {
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
}

export interface DiscoveryFacts {
  readonly name: string;
  readonly ports: readonly DiscoveryPort[];
}

export interface TaskFacts {
  /** The key of the task, see `taskKey`. */
  readonly key: string;
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly name: string;
  readonly state: string;
  readonly ports: Ranges;
  /**
   * The status with the latest time stamp of those that say TASK_RUNNING, of equal ones the first (`statusIPs` in
   * records/state/state.go of Mesos-DNS); see `StatusRule`.
   */
  readonly running: StatusFacts | undefined;
  readonly discovery: DiscoveryFacts | undefined;
}

/** Takes one line about an entry of a document that could not be used. */
export type Note = (text: string) => void;

/** The key of a task: task ids are unique within a framework only. */
export function taskKey(frameworkId: string, taskId: string): string {
  // Joining copies: the ids may share the memory of the whole document that they were read from.
  return [frameworkId, taskId].join(' ');
}

/**
 * The rule for a running status without addresses, such as one that only tells of health: with `latest` the addresses of the
 * status before are forgotten, as in the original; with `addressed` they stay.
 */
export type StatusRule = 'latest' | 'addressed';

/** The later of two running statuses. The first of equal ones stays, as in the original. */
export function laterStatus(
  previous: StatusFacts | undefined,
  next: StatusFacts | undefined,
  rule: StatusRule = 'latest',
): StatusFacts | undefined {
  if (!next || !previous) return previous ?? next;
  const [earlier, later] = next.timestamp > previous.timestamp ? [previous, next] : [next, previous];
  if (rule === 'latest' || hasAddress(later) || !hasAddress(earlier)) return later;
  const { netinfo, mesos, docker } = earlier;
  return { ...later, netinfo, mesos, docker };
}

function hasAddress({ netinfo, mesos, docker }: StatusFacts): boolean {
  return netinfo.length + mesos.length + docker.length > 0;
}

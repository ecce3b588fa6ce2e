/**
 * The isolator `network/ports`: finds containers that listen on ports they do not have, and with `--enforce_container_ports`
 * ends them (Mesos 1.11 src/slave/containerizer/mesos/isolators/network/ports.cpp).
 */

import {
  containsRanges,
  normalRanges,
  printRanges,
  type Ranges,
  subtractRanges,
} from '../../../model/ranges';
import { rangesOf, readResources, type WireResource } from '../../../model/resources';
import { StartError } from '../../../runtime/lifecycle';
import type { ContainerSpec, Limitation } from '../../core/state/container-spec';
import type { IsolatorContext } from './context';
import type { ContainerRun, Isolator } from './isolator';
import { listeningPorts } from './listening-ports';
import { Processes } from './processes';
import { Watches } from './watches';

/** The ports of a container, and those that it was last seen on without having them. */
interface Watched {
  ports: Ranges;
  seen: Ranges;
}

export function networkPorts({ config, hierarchies, clock, log, ports }: IsolatorContext): Isolator {
  const isolated = isolatedPorts(config, ports);
  const processes = new Processes(hierarchies, clock);
  const containers = new Map<string, Watched>();
  const look = async (run: ContainerRun): Promise<Limitation | undefined> => {
    const watched = containers.get(run.spec.containerId);
    if (watched === undefined) return undefined;
    const listening = listeningPorts(processes.of(run));
    const limitation = portsLimitation(run.spec.containerId, { listening, isolated, ports: watched.ports });
    const isNew = printRanges(watched.seen) !== printRanges(listening);
    watched.seen = listening;
    if (limitation && isNew) log.info({ container: run.spec.containerId }, limitation.message);
    return config.enforce_container_ports ? limitation : undefined;
  };
  const watches = new Watches(clock, config.container_ports_watch_interval, look);
  return {
    name: 'network/ports',
    needsRuntime: false,
    watch: (run, limited) => {
      const { spec } = run;
      if (spec.parent !== undefined || hasOwnNetwork(spec)) return;
      containers.set(spec.containerId, { ports: portsOf(spec.resources), seen: [] });
      watches.add(run, limited);
    },
    update: async ({ spec }, { resources }) => {
      const watched = containers.get(spec.containerId);
      if (watched) watched.ports = portsOf(resources);
    },
    cleanup: async (run) => {
      watches.remove(run);
      containers.delete(run.spec.containerId);
    },
    stop: () => watches.stop(),
  };
}

/** A container on a network of its own has all ports of its address. */
function hasOwnNetwork({ container }: ContainerSpec): boolean {
  return (container?.network_infos ?? []).some(({ name }) => name !== undefined);
}

function portsOf(resources: ContainerSpec['resources']): Ranges {
  return rangesOf(readResources(resources as readonly WireResource[]), 'ports');
}

type PortFlags = Pick<
  IsolatorContext['config'],
  'check_agent_port_range_only' | 'container_ports_isolated_range'
>;

/** The ports that are watched; undefined for all. */
export function isolatedPorts(flags: PortFlags, agentPorts: Ranges): Ranges | undefined {
  const range = flags.container_ports_isolated_range;
  if (flags.check_agent_port_range_only && range !== undefined)
    throw new StartError(
      'Only one of `--check_agent_port_range_only` or `--container_ports_isolated_range` should be specified',
    );
  return flags.check_agent_port_range_only ? agentPorts : range;
}

interface PortsUse {
  readonly listening: Ranges;
  readonly isolated: Ranges | undefined;
  readonly ports: Ranges;
}

/** The limitation of a container that listens on ports that it does not have. */
export function portsLimitation(
  containerId: string,
  { listening, isolated, ports }: PortsUse,
): Limitation | undefined {
  const watched = isolated === undefined ? listening : intersect(listening, isolated);
  if (containsRanges(ports, watched)) return undefined;
  const foreign = subtractRanges(watched, ports);
  return {
    reason: 'REASON_CONTAINER_LIMITATION',
    message: `Container ${containerId} is listening on unallocated port(s): ${printRanges(foreign)}`,
    resources: [
      { name: 'ports', type: 'RANGES', ranges: { range: foreign.map(([begin, end]) => ({ begin, end })) } },
    ],
  };
}

function intersect(left: Ranges, right: Ranges): Ranges {
  return subtractRanges(left, subtractRanges(left, normalRanges(right)));
}

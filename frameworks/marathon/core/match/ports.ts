/**
 * The host ports that an app needs of an offer.
 *
 * A mapping with a fixed host port needs that port, one with 0 takes any, one without takes none. A definition takes
 * any port, or the declared one with requirePorts. Endpoints of pods are as mappings.
 */

import type { Random } from '../../../../cluster/model/random';
import type { Ranges } from '../../../../cluster/model/ranges';
import { choosePorts, type PortRequest } from '../../../kit/core/match/ports';
import { endpointsOf, isPod, type RunSpec } from '../state/run-spec';

function portRequestsOf(app: RunSpec): PortRequest[] {
  if (isPod(app)) return endpointsOf(app.pod).map(({ hostPort }) => hostPort ?? null);
  const definitions = app.portDefinitions;
  if (definitions) return definitions.map(({ port }) => (app.requirePorts ? port : 0));
  return (app.container?.portMappings ?? []).map(({ hostPort }) => hostPort ?? null);
}

/** The number of host ports that an app needs. */
export function hostPortCount(app: RunSpec): number {
  return portRequestsOf(app).filter((request) => request !== null).length;
}

/** The host port of each definition, mapping or endpoint (null where it has none); undefined when the offer has too few. */
export function matchPorts(app: RunSpec, offered: Ranges, random: Random): (number | null)[] | undefined {
  return choosePorts(portRequestsOf(app), offered, random);
}

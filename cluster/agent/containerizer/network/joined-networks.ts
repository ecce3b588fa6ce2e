/**
 * The networks that a container joins, by its `ContainerInfo.network_infos`. Pure.
 */

import type { NetworkInfo } from '../../../api/generated/mesos';
import type { ContainerSpec } from '../../core/state/container-spec';

export type JoinedNetworks =
  /** Those of the host. */
  | { readonly kind: 'host' }
  /** Those of the container that it is nested in. */
  | { readonly kind: 'parent' }
  /** A network namespace of its own, with an interface in each. */
  | { readonly kind: 'own'; readonly attachments: readonly Attachment[] };

/** An interface of a container in a network. */
export interface Attachment {
  readonly network: string;
  /** `eth0` in the first network, and so on. */
  readonly interfaceName: string;
  readonly info: NetworkInfo;
}

export function joinedNetworks({ container, parent }: ContainerSpec): JoinedNetworks {
  const infos = container?.network_infos ?? [];
  if (infos.length === 0 && parent !== undefined) return { kind: 'parent' };
  const attachments = infos
    .flatMap((info) => (info.name === undefined ? [] : [{ network: info.name, info }]))
    .map(({ network, info }, index) => ({ network, info, interfaceName: `eth${index}` }));
  return attachments.length === 0 ? { kind: 'host' } : { kind: 'own', attachments };
}

/** The reason why a container cannot have what it asks for. */
export function networksError(spec: ContainerSpec): string | undefined {
  const infos = spec.container?.network_infos ?? [];
  const mapping = infos.find(
    ({ name, port_mappings = [] }) => name === undefined && port_mappings.length > 0,
  );
  if (mapping) return 'Port mappings need a network: NetworkInfo.name is missing';
  const joined = joinedNetworks(spec);
  if (joined.kind !== 'own') return undefined;
  if (spec.container?.type === 'DOCKER') return 'Can only prepare CNI networks for a MESOS container';
  const names = joined.attachments.map(({ network }) => network);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `Attempted to join CNI network '${twice}' multiple times`;
}

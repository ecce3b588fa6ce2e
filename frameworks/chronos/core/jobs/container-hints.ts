/**
 * Members of a container that have no effect beside its others, or with which the runs of its job fail: the original takes
 * them, too, and says nothing.
 */

import type { UnknownMember } from '../../../kit/api/unknown-member';
import type { Container, Volume } from './container';
import { portMappingsOf } from './shape';

interface HintRow {
  /** Below the container. */
  readonly path: string;
  readonly hint: string;
  readonly applies: (container: Container) => boolean;
}

const ROWS: readonly HintRow[] = [
  {
    path: '/parameters',
    hint: 'has no effect: they are options of docker run, for a container of type DOCKER',
    applies: ({ type, parameters }) => type === 'MESOS' && parameters.length > 0,
  },
  {
    path: '/network',
    hint: 'has no effect in a container of type MESOS: networkName and networkInfos name its networks',
    applies: ({ type, network }) => type === 'MESOS' && network !== 'HOST',
  },
  {
    path: '/networkInfos',
    hint: 'has no effect in the network HOST',
    applies: ({ type, network, networkInfos }) =>
      type === 'DOCKER' && network === 'HOST' && networkInfos.length > 0,
  },
  {
    path: '/networkInfos',
    hint: 'has no effect in the network BRIDGE but for its port mappings',
    applies: (container) =>
      container.type === 'DOCKER' &&
      container.network === 'BRIDGE' &&
      container.networkInfos.length > 0 &&
      portMappingsOf(container).length === 0,
  },
  {
    path: '/networkName',
    hint: 'has no effect beside the network USER',
    applies: ({ type, network, networkName }) =>
      type === 'DOCKER' && network !== 'USER' && networkName !== undefined,
  },
  {
    path: '/network',
    hint: 'is USER, and there is no networkName and no networkInfos: the runs fail',
    applies: (container) =>
      container.type === 'DOCKER' && container.network === 'USER' && networkCount(container) === 0,
  },
  {
    path: '/networkInfos',
    hint: 'has more than the one network that Docker takes: the runs fail',
    applies: (container) =>
      container.type === 'DOCKER' && container.network === 'USER' && networkCount(container) > 1,
  },
];

function networkCount({ networkName, networkInfos }: Container): number {
  return networkInfos.length + (networkName === undefined ? 0 : 1);
}

export function containerHints(container: Container): UnknownMember[] {
  const hints = ROWS.filter(({ applies }) => applies(container)).map(({ path, hint }) => ({ path, hint }));
  const ofVolumes = container.volumes.flatMap((volume, index) => {
    const hint = volumeHint(volume);
    return hint === undefined ? [] : [{ path: `/volumes/${index}`, hint }];
  });
  return [...hints, ...ofVolumes].map(({ path, hint }) => ({
    path: `/container${path}`,
    memberNames: [],
    hint,
  }));
}

function volumeHint({ hostPath, external }: Volume): string | undefined {
  if (hostPath !== undefined && external !== undefined)
    return 'has an external volume: its hostPath has no effect';
  return hostPath === undefined && external === undefined
    ? 'has no hostPath and no external volume: the runs fail'
    : undefined;
}

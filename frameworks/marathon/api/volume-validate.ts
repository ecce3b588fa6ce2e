/** Rules about volumes. */

import type { App, Volume } from './app';
import type { Finding } from './violations';

export function volumeViolations({ container, instances }: App): Finding[] {
  return (container?.volumes ?? []).flatMap((volume, index) => {
    const error = errorOf(volume, container?.type ?? 'MESOS', instances);
    return error === undefined ? [] : [{ path: `/container/volumes(${index})`, error }];
  });
}

function errorOf(volume: Volume, type: string, instances: number): string | undefined {
  if ('persistent' in volume) {
    return 'persistent volumes are not supported by this Marathon; use a host volume or an external one';
  }
  const { hostPath, secret, external } = volume;
  if (hostPath === undefined && secret === undefined && !external) {
    return 'must have one of hostPath, external or secret';
  }
  if (secret !== undefined && type === 'DOCKER') return 'secret volumes need a container of type MESOS';
  if (!external) return undefined;
  if (external.provider !== 'dvdi') return 'only the volume provider dvdi is supported';
  if (!external.options['dvdi/driver']) return 'dvdi/driver is required';
  return instances > 1 && !external.shared ? 'may have at most one instance' : undefined;
}

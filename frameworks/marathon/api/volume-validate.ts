/** Rules about volumes. */

import type { App, Volume } from './app';
import { externalVolumeFindings, externalVolumesFindings } from './external-volume-validate';
import type { Finding } from './violations';

export function volumeViolations(app: App): Finding[] {
  const { container } = app;
  const ofEach = (container?.volumes ?? []).flatMap((volume, index) =>
    volumeFindings(volume, container?.type ?? 'MESOS').map(({ path, error }) => ({
      path: `/container/volumes(${index})${path}`,
      error,
    })),
  );
  return [...ofEach, ...externalVolumesFindings(app)];
}

/** The findings about one volume, with paths below it. */
function volumeFindings(volume: Volume, type: string): Finding[] {
  if ('persistent' in volume) {
    const error =
      'persistent volumes are not supported by this Marathon; use a host volume or an external one';
    return [{ path: '', error }];
  }
  const { hostPath, secret, external } = volume;
  const kinds = [hostPath, secret, external].filter((kind) => kind !== undefined).length;
  if (kinds === 0) return [{ path: '', error: 'must have one of hostPath, external or secret' }];
  if (kinds > 1) return [{ path: '', error: 'must have only one of hostPath, external or secret' }];
  if (hostPath !== undefined) return hostFindings(hostPath, volume);
  if (external !== undefined) return externalVolumeFindings(volume, external, type);
  return secretFindings(volume, type);
}

/** A relative path is a folder of the sandbox, which is mounted elsewhere. */
function hostFindings(hostPath: string, { containerPath }: Volume): Finding[] {
  if (hostPath.startsWith('/')) return [];
  if (hostPath.split('/').includes('..'))
    return [{ path: '/hostPath', error: 'must not lead out of the sandbox, which a relative path is in' }];
  return containerPath.startsWith('/')
    ? []
    : [{ path: '/containerPath', error: 'must be absolute when hostPath is relative' }];
}

function secretFindings({ mode }: Volume, type: string): Finding[] {
  const findings: Finding[] = [];
  if (type === 'DOCKER') findings.push({ path: '', error: 'secret volumes need a container of type MESOS' });
  if (mode === 'RW') findings.push({ path: '/mode', error: 'got RW, expected RO: secrets are read' });
  return findings;
}

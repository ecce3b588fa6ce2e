/** Rules about volumes. */

import type { App, Volume } from './app';
import { externalVolumeFindings, externalVolumesFindings } from './external-volume-validate';
import { persistentFindings, residencyFindings } from './persistence';
import type { Finding } from './violations';

export function volumeViolations(app: App): Finding[] {
  const { container } = app;
  const ofEach = (container?.volumes ?? []).flatMap((volume, index) =>
    volumeFindings(volume, container?.type ?? 'MESOS').map(({ path, error }) => ({
      path: `/container/volumes(${index})${path}`,
      error,
    })),
  );
  return [...ofEach, ...externalVolumesFindings(app), ...residencyFindings(app)];
}

const KINDS = 'hostPath, persistent, external or secret';

/** The findings about one volume, with paths below it. */
function volumeFindings(volume: Volume, type: string): Finding[] {
  const { hostPath, secret, external, persistent } = volume;
  const kinds = [hostPath, secret, external, persistent].filter((kind) => kind !== undefined).length;
  if (kinds === 0) return [{ path: '', error: `must have one of ${KINDS}` }];
  if (kinds > 1) return [{ path: '', error: `must have only one of ${KINDS}` }];
  if (persistent) return persistentFindings(volume, persistent);
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

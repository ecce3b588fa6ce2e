/**
 * The canonical JSON form of an app: absent members are left out, and so are some empty collections.
 */

import type { App } from '../../api/app';
import type { Residency } from '../../api/persistence';
import { isResident } from '../state/run-spec';

/** That of all apps with persistent volumes: their instances wait for the agents that have them. */
const RESIDENCY: Residency = { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' };

/** Collections that are shown only when not empty. */
const OMITTED_WHEN_EMPTY: ReadonlySet<string> = new Set([
  'args',
  'env',
  'constraints',
  'fetch',
  'healthChecks',
  'readinessChecks',
  'dependencies',
  'secrets',
]);

export function printApp(app: App): Record<string, unknown> {
  const shown = Object.entries(app).filter(([key, value]) => {
    if (value === undefined) return false;
    return !OMITTED_WHEN_EMPTY.has(key) || !isEmpty(value);
  });
  return {
    ...Object.fromEntries(shown),
    ...(app.container && { container: printContainer(app.container) }),
    ...(isResident(app) && { residency: RESIDENCY }),
    networks: app.networks.map(({ labels, ...network }) =>
      isEmpty(labels) ? network : { ...network, labels },
    ),
    ...(app.portDefinitions && {
      portDefinitions: app.portDefinitions.map(({ labels, ...definition }) =>
        isEmpty(labels) ? definition : { ...definition, labels },
      ),
    }),
  };
}

function printContainer({ portMappings, ...container }: NonNullable<App['container']>): unknown {
  return {
    ...container,
    ...(portMappings && {
      portMappings: portMappings.map(({ networkNames, ...mapping }) =>
        networkNames.length > 0 ? { ...mapping, networkNames } : mapping,
      ),
    }),
  };
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

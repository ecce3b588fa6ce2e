/** Servers of a service: tasks become servers with names, ids, weights and ports of health checks. */

import { type App, readApps } from '../../../../lb/core/apps/apps';
import { readPortLabels } from '../../../../lb/core/labels/labels';
import type { BuildContext, ModelOptions } from '../../../../lb/core/services/options';
import { type ServerSettings, serversOf } from '../../../../lb/core/services/servers';
import type { Server } from '../../../../lb/core/services/service';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

type Json = Record<string, unknown>;

function appOf(tasks: readonly Json[], more: Json = {}): App {
  const read = readApps({ apps: [appJson('/a', 10_001, tasks, more)] });
  const app = 'error' in read ? undefined : read.apps[0];
  if (app === undefined) throw new Error('the app cannot be read');
  return app;
}

const { labels: NO_LABELS } = readPortLabels('/a', {}, 0);
const SETTINGS: ServerSettings = { index: 0, labels: NO_LABELS, check: undefined, checkIndex: undefined };

function servers(
  app: App,
  settings: Partial<ServerSettings> = {},
  context: Partial<BuildContext> = {},
  options: Partial<ModelOptions> = {},
): Server[] {
  const all = { ...SETTINGS, ...settings };
  return serversOf(app, all, { ...plainOptions, ...options }, { ...addressContext, ...context });
}

test('servers are ordered by port on one host, and each has its name and id', () => {
  const made = servers(appOf([taskJson('t.2', [31_002]), taskJson('t.1', [31_001])]));
  expect(made.map(({ taskId, port }) => [taskId, port])).toEqual([
    ['t.1', 31_001],
    ['t.2', 31_002],
  ]);
  expect(new Set(made.map(({ name }) => name)).size).toBe(2);
  expect(new Set(made.map(({ id }) => id)).size).toBe(2);
});

test('two tasks that say the same host and port are one server', () => {
  expect(servers(appOf([taskJson('t.1', [31_001]), taskJson('t.2', [31_001])]))).toHaveLength(1);
});

test('a task without this port, or on a host without an address, is no server', () => {
  const app = appOf([taskJson('t.1', [31_001])]);
  expect(servers(app, { index: 1 })).toEqual([]);
  expect(servers(app, {}, { addresses: new Map() })).toEqual([]);
});

test('with the option healthCheck the last health counts where a task has no result', () => {
  const check = { protocol: 'HTTP', path: '/', portIndex: 0, intervalSeconds: 1, timeoutSeconds: 1 };
  const app = appOf([taskJson('t.1', [31_001]), taskJson('t.2', [31_002])], { healthChecks: [check] });
  const aliveByTask = new Map([['t.2', true]]);
  expect(servers(app, {}, { aliveByTask }).map(({ taskId }) => taskId)).toEqual(['t.2']);
  expect(servers(app, {}, { aliveByTask }, { healthCheck: false })).toHaveLength(2);
});

test('a drained task is draining, and a weight of the API wins over the label', () => {
  const labels = { HAPROXY_GROUP: 'external', HAPROXY_0_SERVER_WEIGHT: '7' };
  const app = appOf([taskJson('t.1', [31_001])], { labels });
  expect(servers(app)[0]).toMatchObject({ weight: 7, draining: false });
  const context = { drained: new Set(['t.1']), weights: new Map([['/a', 3]]) };
  expect(servers(app, {}, context)[0]).toMatchObject({ weight: 3, draining: true });
});

test('the health check goes to the port of BACKEND_HEALTHCHECK_PORT_INDEX, else to its own', () => {
  const app = appOf([taskJson('t.1', [31_001, 31_009])]);
  const check = {
    protocol: 'HTTP',
    path: '/',
    portIndex: 0,
    port: 8080,
    intervalSeconds: 1,
    timeoutSeconds: 1,
    gracePeriodSeconds: 1,
    maxConsecutiveFailures: 1,
  };
  const portOf = (settings: Partial<ServerSettings>): number | undefined =>
    servers(app, settings)[0]?.checkPort;
  expect(portOf({})).toBeUndefined();
  expect(portOf({ check })).toBe(8080);
  const labels = { ...NO_LABELS, BACKEND_HEALTHCHECK_PORT_INDEX: 1 };
  expect(portOf({ check, labels, checkIndex: 1 })).toBe(31_009);
  expect(portOf({ check, labels, checkIndex: 5 })).toBe(31_001);
});

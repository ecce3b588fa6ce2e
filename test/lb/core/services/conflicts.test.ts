/** Conflicts of services: names that meet, and addresses that several want to listen on. */

import { createAppStore } from '../../../../lb/core/apps/app-store';
import type { Issue } from '../../../../lb/core/issues/issues';
import { reservedListeners } from '../../../../lb/core/services/conflicts';
import type { BuildContext, ModelOptions } from '../../../../lb/core/services/options';
import type { Service } from '../../../../lb/core/services/service';
import { buildServices } from '../../../../lb/core/services/services';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

interface Wanted {
  readonly id: string;
  readonly port: number;
  readonly address?: string;
}

function build(
  wanted: readonly Wanted[],
  options: Partial<ModelOptions> = {},
  context: Partial<BuildContext> = {},
): { services: Service[]; issues: Issue[] } {
  const store = createAppStore();
  const labels = ({ address }: Wanted): Record<string, unknown> =>
    address === undefined ? {} : { labels: { HAPROXY_GROUP: 'external', HAPROXY_0_BIND_ADDR: address } };
  const apps = wanted.map((app) =>
    appJson(app.id, app.port, [taskJson(`${app.id}.1`, [31_001])], labels(app)),
  );
  store.replaceAll({ apps });
  return buildServices(store.apps(), { ...plainOptions, ...options }, { ...addressContext, ...context });
}

const summary = ({ services }: { services: Service[] }): string[] =>
  services.map(({ name, listens }) => (listens ? name : `${name} without a listener`));
const texts = ({ issues }: { issues: Issue[] }): string[] => issues.map(({ app, text }) => `${app}: ${text}`);

test('the first of two apps with one port listens, and the issue of the other names it', () => {
  const built = build([
    { id: '/a', port: 10_001 },
    { id: '/b', port: 10_001 },
  ]);
  expect(summary(built)).toEqual(['a_10001', 'b_10001 without a listener']);
  expect(texts(built)).toEqual([
    '/b: port 0 cannot listen on *:10001: it belongs to /a port 0; ' +
      'nothing leads to it; HAPROXY_0_PORT gives it another port',
  ]);
});

test('apps whose ids give one name get names of their own', () => {
  const built = build([
    { id: '/a/b', port: 10_001 },
    { id: '/a_b', port: 10_001 },
  ]);
  expect(new Set(built.services.map(({ name }) => name)).size).toBe(2);
});

test('a listener of the load balancer itself wins over an app', () => {
  const built = build([{ id: '/a', port: 9091 }], { appIdIn: { address: '*', port: 9091 } });
  expect(summary(built)).toEqual(['a_9091 without a listener']);
  expect(texts(built)).toEqual([
    '/a: port 0 cannot listen on *:9091: it belongs to the app id front (--appid-port); ' +
      'nothing leads to it; HAPROXY_0_PORT gives it another port',
  ]);
});

test('a single address beside all addresses of its port listens, and takes connections from the other', () => {
  const built = build([
    { id: '/all', port: 10_001 },
    { id: '/single', port: 10_001, address: '127.0.0.2' },
  ]);
  expect(summary(built)).toEqual(['all_10001', 'single_10001']);
  expect(texts(built)).toEqual([
    '/single: takes the connections to 127.0.0.2:10001 from /all port 0, which has *:10001',
  ]);
});

test('an address that cannot be bound is told with its reason', () => {
  const built = build(
    [{ id: '/a', port: 10_001 }],
    {},
    { unbindable: new Map([['*:10001', 'it is in use']]) },
  );
  expect(summary(built)).toEqual(['a_10001 without a listener']);
  expect(texts(built)[0]).toContain('it is in use');
});

test('listeners that are switched off are not reserved', () => {
  const ports = reservedListeners({ ...plainOptions, httpIn: undefined, httpsIn: undefined }).map(
    ([name]) => name,
  );
  expect(ports).toEqual([
    'the app id front (--appid-port)',
    'the statistics (--stats-port)',
    "the load balancer's API (--http-port)",
  ]);
});

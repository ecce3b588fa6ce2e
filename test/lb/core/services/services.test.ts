/** Versions of services: they change with what a service is made of, and only then. */

import { type AppStore, createAppStore } from '../../../../lb/core/apps/app-store';
import type { BuildContext } from '../../../../lb/core/services/options';
import type { Service } from '../../../../lb/core/services/service';
import { createServiceCache } from '../../../../lb/core/services/service-cache';
import { buildServices } from '../../../../lb/core/services/services';
import { addressContext, appJson, plainOptions, taskJson } from '../../builders';

let cache = createServiceCache();
beforeEach(() => {
  cache = createServiceCache();
});
const tasks = [taskJson('t.1', [31_001])];

function storeOf(...apps: readonly object[]): AppStore {
  const store = createAppStore();
  store.replaceAll({ apps });
  return store;
}

function services(store: AppStore, more: Partial<BuildContext> = {}): Service[] {
  return buildServices(store.apps(), plainOptions, { ...addressContext, ...more }, cache).services;
}
const versions = (...from: Parameters<typeof services>): number[] =>
  services(...from).map(({ version }) => version);

test('the same apps and facts give the same versions', () => {
  const store = storeOf(appJson('/a', 10_001, tasks), appJson('/b', 10_002, tasks));
  expect(versions(store)).toEqual(versions(store));
});

test.each<[string, Partial<BuildContext>]>([
  ['a drained task', { drained: new Set(['t.1']) }],
  ['a weight', { weights: new Map([['/a', 5]]) }],
  ['a refused listener', { refused: new Map([['listener 0 /a', 'x']]) }],
])('%s of an app gives its services other versions, and no others', (_name, more) => {
  const other = appJson('/b', 10_002, [taskJson('t.2', [31_002])]);
  const store = storeOf(appJson('/a', 10_001, tasks), other);
  const [a, b] = versions(store);
  const [changed, same] = versions(store, more);
  expect([changed === a, same === b]).toEqual([false, true]);
});

test('a service that loses its listener to another one has another version, and listens again without it', () => {
  const store = storeOf(appJson('/a', 10_001, tasks), appJson('/b', 10_001, tasks));
  const [, loser] = services(store);
  expect([loser?.listens, loser?.requested?.version === loser?.version]).toEqual([false, false]);
  expect(versions(store)).toEqual(versions(store));
  store.replaceAll({ apps: [appJson('/b', 10_001, tasks)] });
  expect(services(store)[0]?.listens).toBe(true);
});

test('without a store nothing is found again', () => {
  const apps = storeOf(appJson('/a', 10_001, tasks))
    .apps()
    .map((app) => ({ ...app, version: '' }));
  const build = (): number[] =>
    buildServices(apps, plainOptions, addressContext, cache).services.map(({ version }) => version);
  expect(build()).not.toEqual(build());
});

/** The apps as last read: versions change with what is read, and only then. */

import { type AppStore, createAppStore } from '../../../../lb/core/apps/app-store';
import { appJson } from '../../builders';

const a = appJson('/a', 1, []);
const b = appJson('/b', 2, []);
const group = { HAPROXY_DEPLOYMENT_GROUP: '/g' };

function storeOf(...apps: readonly object[]): AppStore {
  const store = createAppStore();
  expect(store.replaceAll({ apps })).toBeUndefined();
  return store;
}
const versions = (store: AppStore): Record<string, string> =>
  Object.fromEntries(store.apps().map(({ id, version }) => [id, version]));

test('an app that reads the same keeps its version, another one gets a new one', () => {
  const store = storeOf(b, a);
  const before = versions(store);
  expect(store.replaceAll({ apps: [a, appJson('/b', 3, [])] })).toBeUndefined();
  const after = versions(store);
  expect([after['/a'] === before['/a'], after['/b'] === before['/b']]).toEqual([true, false]);
});

test('no version comes twice, even when an app becomes what it was', () => {
  const store = storeOf(a);
  const seen = [versions(store)['/a']];
  for (const port of [2, 1, 2, 1]) {
    expect(store.replaceOne('/a', { app: appJson('/a', port, []) })).toBe(true);
    seen.push(versions(store)['/a']);
  }
  expect(new Set(seen).size).toBe(5);
});

test('one app is taken alone, and stays in its place', () => {
  const store = storeOf(a, b);
  const before = versions(store);
  expect(store.replaceOne('/a', { app: appJson('/a', 9, []) })).toBe(true);
  expect(store.replaceOne('/c', { app: appJson('/c', 4, []) })).toBe(true);
  expect(Object.keys(versions(store))).toEqual(['/a', '/b', '/c']);
  expect(versions(store)['/b']).toBe(before['/b']);
  expect(store.apps()[0]?.servicePorts).toEqual([9]);
});

test.each([
  ['no app', '/c', { apps: [] }],
  ['another app', '/c', { app: a }],
  [
    'an app whose place in the list decides its ports',
    '/c',
    { app: appJson('/c', 4, [], { labels: group }) },
  ],
])('the whole list is needed when the answer is %s', (_name, id, json) => {
  expect(storeOf(a).replaceOne(id, json)).toBe(false);
});

test('an answer without a list changes nothing', () => {
  const store = storeOf(a);
  expect(store.replaceAll({})).toContain('no list');
  expect(store.apps().map(({ id }) => id)).toEqual(['/a']);
});

test('ids that cannot be used are issues, and the order of the list is kept for ports', () => {
  const store = storeOf(appJson('/z', 1, [], { labels: group }), appJson('a b', 1, []), a);
  expect(store.issues().map(({ app }) => app)).toEqual(['"a b"']);
  expect(store.portOrder()).toEqual(['/z']);
});

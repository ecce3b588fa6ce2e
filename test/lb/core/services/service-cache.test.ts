/** The key of the facts that the services of an app depend on: it changes with these facts, and with no others. */

import { type App, readApps } from '../../../../lb/core/apps/apps';
import type { BuildContext } from '../../../../lb/core/services/options';
import { contextKey, createCounter, createServiceCache } from '../../../../lb/core/services/service-cache';
import { addressContext, appJson, taskJson } from '../../builders';

const check = { protocol: 'HTTP', path: '/', portIndex: 0, intervalSeconds: 1, timeoutSeconds: 1 };

function keyOf(
  context: Partial<BuildContext>,
  more: Record<string, unknown> = { healthChecks: [check] },
): string {
  const read = readApps({ apps: [appJson('/a', 10_001, [taskJson('t.1', [31_001])], more)] });
  const app: App | undefined = 'error' in read ? undefined : read.apps[0];
  if (app === undefined) throw new Error('the app cannot be read');
  return contextKey(app, { ...addressContext, ...context }, createServiceCache());
}

const host = [...addressContext.addresses.keys()][0] ?? '';

test.each<[name: string, context: Partial<BuildContext>]>([
  ['the address of its host', { addresses: new Map([[host, '10.9.9.9']]) }],
  ['the last health of its task', { aliveByTask: new Map([['t.1', true]]) }],
  ['a refusal of the app', { refused: new Map([['/a', 'x']]) }],
  ['a refusal of a part of it', { refused: new Map([['listener 0 /a', 'x']]) }],
  ['a refused template label of it', { refusedTemplates: new Map([['/a', 'x']]) }],
  ['a drain of its task', { drained: new Set(['t.1']) }],
  ['its weight', { weights: new Map([['/a', 5]]) }],
])('%s changes the key', (_name, context) => {
  expect(keyOf(context)).not.toBe(keyOf({}));
});

test.each<[name: string, context: Partial<BuildContext>]>([
  [
    'the address of another host',
    { addresses: new Map([...addressContext.addresses, ['other', '10.9.9.9']]) },
  ],
  ['the health of another task', { aliveByTask: new Map([['t.2', true]]) }],
  ['a refusal of another app', { refused: new Map([['listener 0 /ab', 'x']]) }],
  ['a drain of another task', { drained: new Set(['t.2']) }],
  ['the weight of another app', { weights: new Map([['/b', 5]]) }],
])('%s does not', (_name, context) => {
  expect(keyOf(context)).toBe(keyOf({}));
});

test('the last health is no matter for an app without health checks', () => {
  expect(keyOf({ aliveByTask: new Map([['t.1', true]]) }, {})).toBe(keyOf({}, {}));
});

test('versions count from 1 on', () => {
  const next = createCounter();
  expect([next(), next()]).toEqual([1, 2]);
});

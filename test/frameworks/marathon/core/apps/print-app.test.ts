import { printApp } from '../../../../../frameworks/marathon/core/apps/print-app';
import { app } from '../../fake-cluster';

test.each([
  'args',
  'env',
  'constraints',
  'fetch',
  'healthChecks',
  'readinessChecks',
  'dependencies',
  'secrets',
])('%s is left out while it is empty', (name) => {
  expect(name in printApp(app({}))).toBe(false);
});

test.each([
  [{ env: { A: 'b' } }, { env: { A: 'b' } }],
  [{ constraints: [['hostname', 'UNIQUE']] }, { constraints: [['hostname', 'UNIQUE']] }],
  [{ dependencies: ['/db'] }, { dependencies: ['/db'] }],
  [{ labels: {} }, { labels: {} }],
])('of %j %j is shown', (members, shown) => {
  expect(printApp(app(members))).toMatchObject(shown);
});

test('labels of ports and networks, and networks of mappings, are shown only when there are any', () => {
  const [bare, labelled] = [{ port: 0 }, { port: 0, labels: { VIP: 'x' } }];
  const definitions = printApp(app({ portDefinitions: [bare, labelled] }))['portDefinitions'];
  expect(definitions).toEqual([
    expect.not.objectContaining({ labels: expect.anything() }),
    expect.objectContaining({ labels: { VIP: 'x' } }),
  ]);
});

test('no member is undefined', () => {
  expect(Object.values(printApp(app({})))).not.toContain(undefined);
});

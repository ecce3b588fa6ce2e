import { createFramework } from '../../../../cluster/master/core/frameworks/connection';
import { countOf, initMaster } from '../../../../cluster/master/core/state/state';
import { frameworkMetrics } from '../../../../cluster/master/edge/framework-metrics';
import { BOOT } from '../builders';

const PREFIX = 'master/frameworks/my%20web%2F%C3%BC/f1';

function numbers(): Record<string, number> {
  const state = initMaster(BOOT);
  const framework = createFramework(state, 'f1', { user: 'root', name: 'my web/ü', role: 'web' });
  framework.stream = 's';
  countOf(framework, 'calls/revive', 2);
  countOf(framework, 'calls/kill');
  countOf(framework, 'events/offers', 3);
  countOf(framework, 'operations/launch', 4);
  countOf(framework, 'offers/declined', 5);
  countOf(framework, 'tasks/terminal/task_finished', 6);
  framework.suppressedRoles = new Set(['web']);
  return frameworkMetrics(state);
}

test('each framework has metrics under its percent-encoded name', () => {
  const all = numbers();
  const some = Object.entries(all).filter(([, number]) => number !== 0);
  expect(Object.fromEntries(some.map(([name, number]) => [name.slice(PREFIX.length), number]))).toEqual({
    '/subscribed': 1,
    '/calls': 3,
    '/calls/revive': 2,
    '/calls/kill': 1,
    '/events': 3,
    '/events/offers': 3,
    '/operations': 4,
    '/operations/launch': 4,
    '/offers/declined': 5,
    '/tasks/terminal/task_finished': 6,
    '/roles/web/suppressed': 1,
  });
});

test('all metrics of a framework exist from the beginning', () => {
  const names = Object.keys(numbers()).map((name) => name.slice(PREFIX.length));
  const count = (group: string): number => names.filter((name) => name.startsWith(`/${group}/`)).length;
  expect(['calls', 'events', 'operations', 'offers', 'tasks/active', 'tasks/terminal'].map(count)).toEqual([
    17, 11, 10, 4, 6, 8,
  ]);
  expect(names).toEqual(
    expect.arrayContaining(['/calls/subscribe', '/events/heartbeat', '/tasks/active/task_unknown']),
  );
  expect(names.join()).not.toMatch(/\/unknown/);
});

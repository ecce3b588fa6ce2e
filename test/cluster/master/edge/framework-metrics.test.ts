import { createFramework } from '../../../../cluster/master/core/frameworks';
import { initMaster } from '../../../../cluster/master/core/state';
import { frameworkMetrics } from '../../../../cluster/master/edge/framework-metrics';
import { BOOT } from '../builders';

it('has the numbers of each framework under its encoded name', () => {
  const state = initMaster(BOOT);
  const framework = createFramework(state, 'f1', { user: 'root', name: 'my web/ü', role: 'web' });
  framework.stream = 's';
  framework.calls.set('REVIVE', 2).set('KILL', 1);
  framework.suppressedRoles = new Set(['web']);
  const prefix = 'master/frameworks/my%20web%2F%C3%BC/f1';
  expect(frameworkMetrics(state)).toEqual({
    [`${prefix}/subscribed`]: 1,
    [`${prefix}/calls`]: 3,
    [`${prefix}/calls/revive`]: 2,
    [`${prefix}/calls/kill`]: 1,
    [`${prefix}/tasks/active/task_staging`]: 0,
    [`${prefix}/tasks/active/task_starting`]: 0,
    [`${prefix}/tasks/active/task_running`]: 0,
    [`${prefix}/tasks/active/task_killing`]: 0,
    [`${prefix}/tasks/active/task_unreachable`]: 0,
    [`${prefix}/roles/web/suppressed`]: 1,
  });
});

import { initAgent, newStream } from '../../../../../cluster/agent/core/state/state';
import { endDrain } from '../../../../../cluster/agent/core/tasks/drained';
import { AGENT_BOOT } from '../../interpreter';

test.each([
  ['nothing runs', 0, 0, true],
  ['a framework is there', 1, 0, false],
  ['an update waits', 0, 1, false],
])('a drain ends where %s: frameworks %i, updates %i, ended %s', (_name, frameworks, updates, ended) => {
  const state = initAgent(AGENT_BOOT);
  state.drain = {};
  if (frameworks > 0) {
    const info = { name: 'web', user: 'root' };
    const lists = { executors: new Map(), completedExecutors: [] };
    state.frameworks.set('web', { id: 'web', info, pid: undefined, ...lists, terminating: false });
  }
  if (updates > 0) {
    const ids = { frameworkId: 'web', executorId: 't', taskId: 't', containerId: undefined };
    state.streams.set('web t', newStream(ids));
  }
  endDrain(state);
  expect(state.drain === undefined).toBe(ended);
  expect([...state.commits.changes.keys()]).toEqual(ended ? ['drain'] : []);
});

import {
  findContainer,
  findExecutor,
  initAgent,
  isPartitionAware,
  taskKey,
} from '../../../../../cluster/agent/core/state/state';
import { AGENT_BOOT, AgentScript } from '../../interpreter';

test('an agent begins without a master, as the agent that it was', () => {
  const state = initAgent({ ...AGENT_BOOT, agentId: 'S3' });
  expect(state).toMatchObject({ phase: 'disconnected', agentId: 'S3', master: undefined, drain: undefined });
  expect(state.frameworks.size + state.streams.size).toBe(0);
});

test('tasks of one id in two frameworks have two keys', () => {
  expect(taskKey('a', 't')).not.toBe(taskKey('b', 't'));
});

test('an executor is found by its tasks, queued or launched, and by its container', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t', 'run web u', 'subscribe web u');
  const ids = script.read((state) => ({
    queued: findExecutor(state, 'web', 't')?.id,
    launched: findExecutor(state, 'web', 'u')?.id,
    elsewhere: findExecutor(state, 'db', 't')?.id,
    container: findContainer(state, findExecutor(state, 'web', 't')?.containerId ?? '')?.id,
    nowhere: findContainer(state, 'no container')?.id,
  }));
  expect(ids).toEqual({
    queued: 't',
    launched: 'u',
    elsewhere: undefined,
    container: 't',
    nowhere: undefined,
  });
});

test.each([
  [['run web t aware=1'], true],
  [['run web t'], false],
  [[], false],
])('after %j the framework is partition aware: %s', (lines, aware) => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', ...lines);
  expect(script.read(({ frameworks }) => isPartitionAware(frameworks.get('web')))).toBe(aware);
});

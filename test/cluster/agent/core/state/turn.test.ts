import { agentTimers, type Turn, wake } from '../../../../../cluster/agent/core/state/turn';
import { AgentScript } from '../../interpreter';

type AgentTimer = Parameters<(typeof agentTimers)['nameOf']>[0];

/** The names are in recordings. */
test.each<[AgentTimer, string]>([
  [{ kind: 'register' }, 'register'],
  [{ kind: 'silence' }, 'silence'],
  [{ kind: 'update', taskKey: 'web a task' }, 'update web a task'],
  [{ kind: 'executor', containerId: 'c' }, 'executor c'],
  [{ kind: 'destroy', containerId: 'c' }, 'destroy c'],
])('the timer %j has the name %j, and is read from it', (timer, name) => {
  const turn: Turn = new AgentScript().read((state) => ({ state, now: 0, effects: [] }));
  wake(turn, timer, 7);
  expect(turn.effects).toEqual([{ kind: 'wake', timer: name, at: 7 }]);
  expect(agentTimers.read(name)).toEqual(timer);
});

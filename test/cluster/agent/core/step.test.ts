import { agentMachine, step } from '../../../../cluster/agent/core/step';
import { AGENT_BOOT, AgentScript } from '../interpreter';

test('a timer that nobody knows does nothing', () => {
  const state = agentMachine.init(AGENT_BOOT);
  expect(step(state, { kind: 'woke', at: 0, timer: 'unheard of' })).toEqual([]);
});

test('a framework that the master updates is the new one from then on', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t');
  const roles = script.read((state) => {
    const info = { name: 'web', user: 'root', roles: ['a', 'b'] };
    const ids = { framework_id: { value: 'web' }, pid: '' };
    step(state, {
      kind: 'master.updateFramework',
      at: 0,
      from: 'm',
      message: { ...ids, framework_info: info },
    });
    return state.frameworks.get('web')?.info.roles;
  });
  expect(roles).toEqual(['a', 'b']);
});

test('equal events lead to equal states and effects', () => {
  const play = (): unknown => {
    const script = new AgentScript();
    const lines = [
      'detected',
      'advance 1',
      'registered',
      'run web t',
      'subscribe web t',
      'update web t TASK_RUNNING',
    ];
    return [script.play(...lines), script.read((state) => JSON.stringify([...state.streams]))];
  };
  expect(play()).toEqual(play());
});

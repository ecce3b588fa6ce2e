import { agentMachine } from '../../../../cluster/agent/core/step';
import { AGENT_BOOT, AgentScript } from '../interpreter';

test('a timer that nobody declares is a broken assumption', () => {
  const state = agentMachine.init(AGENT_BOOT);
  const woken = () => agentMachine.step(state, { kind: 'woke', at: 0, timer: 'unheard of' });
  expect(woken).toThrow('there is no timer unheard');
});

test.each(['master.runTask', 'master.killTask', 'master.drain', 'master.shutdown'] as const)(
  '%s of a master that is not followed does nothing',
  (kind) => {
    const state = agentMachine.init(AGENT_BOOT);
    const before = JSON.stringify(state);
    const event = { kind, at: 0, from: 'master@10.0.0.9:5050', message: {}, config: {} };
    expect(agentMachine.step(state, event as never)).toEqual([]);
    expect(JSON.stringify(state)).toBe(before);
  },
);

test('a framework that the master updates is the new one from then on', () => {
  const script = new AgentScript();
  script.play('detected', 'advance 1', 'registered', 'run web t');
  const roles = script.read((state) => {
    const info = { name: 'web', user: 'root', roles: ['a', 'b'] };
    const ids = { framework_id: { value: 'web' }, pid: '' };
    agentMachine.step(state, {
      kind: 'master.updateFramework',
      at: 0,
      from: 'master@m:5050',
      message: { ...ids, framework_info: info },
    });
    return state.frameworks.get('web')?.info.roles;
  });
  expect(roles).toEqual(['a', 'b']);
});

test('updates that a framework has not acknowledged are sent again when it is back', () => {
  const script = new AgentScript();
  script.play(
    'detected',
    'advance 1',
    'registered',
    'run web t',
    'subscribe web t',
    'update web t TASK_RUNNING',
  );
  const sentTo = (id: string): string[] =>
    script.read((state) => {
      const message = { framework_id: { value: id }, pid: '' };
      const event = { kind: 'master.updateFramework', at: 0, from: 'master@m:5050', message } as const;
      return agentMachine
        .step(state, event)
        .flatMap((effect) => (effect.kind === 'send' ? [effect.name] : []));
    });
  expect(sentTo('other')).toEqual([]);
  expect(sentTo('web')).toEqual(['mesos.internal.StatusUpdateMessage']);
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

import { launch, launchGroup, started } from '../../../../cluster/executor/core/launch';
import type { Turn } from '../../../../cluster/executor/core/turn';
import { effectsOf } from '../../../effects-of';
import { stateWith, TASK, taskOf } from '../play-executor';

test('a task runs as the user of its command, or else of its framework', () => {
  const userOf = (user: string | undefined): unknown => {
    const state = stateWith('none');
    const task = { ...TASK, command: { value: 'true', ...(user !== undefined && { user }) } };
    const effects = effectsOf(state, (turn: Turn) => launch(turn, { kind: 'agent.launch', at: 0, task }));
    return effects.flatMap((effect) => (effect.kind === 'run' ? [effect.user] : []));
  };
  expect([userOf(undefined), userOf('bob')]).toEqual([['root'], ['bob']]);
});

test('each task of a group gets a container nested in that of the executor, and an update that names it', () => {
  const state = stateWith('none', { kind: 'default' });
  const tasks = [taskOf('a'), taskOf('b')];
  const effects = effectsOf(state, (turn: Turn) =>
    launchGroup(turn, { kind: 'agent.launchGroup', at: 0, tasks }),
  );
  const nested = effects.flatMap((effect) => (effect.kind === 'nest' ? [effect.container.containerId] : []));
  expect(nested).toHaveLength(2);
  for (const id of nested) expect(id).toMatch(/^C\.[0-9a-f-]{36}$/);
  const named = effects.flatMap((effect) =>
    effect.kind === 'update' ? [effect.status.container_status?.container_id] : [],
  );
  expect(named).toEqual(nested.map((id) => ({ value: id.slice(2), parent: { value: 'C' } })));
  expect([...state.tasks.values()].map((task) => task.launch)).toEqual([1, 1]);
});

test('a Docker executor takes one task, and tells what its engine says of it once', () => {
  const state = stateWith('starting', { docker: { killGraceMs: 0 } });
  const event = { kind: 'task.started', at: 0, taskId: 't', data: 'W10=' } as const;
  const [effect] = effectsOf(state, (turn: Turn) => started(turn, event));
  expect(effect).toMatchObject({ kind: 'update', status: { state: 'TASK_RUNNING', data: 'W10=' } });
  expect(state.tasks.get('t')?.last).toMatchObject({ state: 'TASK_RUNNING', data: undefined });
  const again = { kind: 'agent.launch', at: 0, task: taskOf('u') } as const;
  const [refusal] = effectsOf(state, (turn: Turn) => launch(turn, again));
  const message = 'Attempted to run multiple tasks using a "docker" executor';
  expect(refusal).toMatchObject({ kind: 'update', status: { state: 'TASK_FAILED', message } });
});

test('the start of a task that runs, or is not there, changes nothing', () => {
  for (const taskId of ['t', 'u']) {
    const state = stateWith('running');
    expect(effectsOf(state, (turn: Turn) => started(turn, { kind: 'task.started', at: 0, taskId }))).toEqual(
      [],
    );
  }
});

test.each([[undefined], [[{ name: 'web', ip_addresses: [{ ip_address: '10.1.2.3' }] }]]])(
  'the updates of a task in a nested container name the networks %j from its start on',
  (networks) => {
    const state = stateWith('none', { kind: 'default' });
    effectsOf(state, (turn: Turn) =>
      launchGroup(turn, { kind: 'agent.launchGroup', at: 0, tasks: [taskOf('a')] }),
    );
    effectsOf(state, (turn: Turn) => started(turn, { kind: 'task.started', at: 0, taskId: 'a', networks }));
    const { last } = state.tasks.get('a') ?? {};
    expect(last?.state).toBe('TASK_RUNNING');
    expect(last?.container_status?.network_infos).toEqual(networks);
  },
);

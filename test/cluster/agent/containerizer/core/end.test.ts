import { LIMIT, MachineScript } from './machine';

function running(): MachineScript {
  const script = new MachineScript();
  script.launchUpTo('start');
  script.finish();
  return script;
}

test('an exit is looked at for limits before anything is cleaned up', () => {
  const script = running();
  expect(script.post({ kind: 'exited', status: { signal: 'SIGKILL' } })).toEqual(['inspect']);
  expect(script.post({ kind: 'done', step: 'inspect', limitation: LIMIT })).toEqual(['kill']);
  expect(script.finish()).toEqual(['cleanup', 'deprovision', 'ended']);
  expect(script.termination).toEqual({
    status: { signal: 'SIGKILL' },
    state: 'TASK_FAILED',
    reason: LIMIT.reason,
    message: LIMIT.message,
    limitedResources: [],
  });
});

test('an exit that no limit explains is told with its status alone', () => {
  const script = running();
  script.post({ kind: 'exited', status: { code: 0 } });
  script.finish();
  expect(script.termination).toEqual({ status: { code: 0 }, message: '' });
});

test('a limit ends the container at once; a second one changes nothing', () => {
  const script = running();
  expect(script.post({ kind: 'limited', limitation: LIMIT })).toEqual(['kill']);
  expect(script.post({ kind: 'limited', limitation: { ...LIMIT, message: 'later' } })).toEqual([]);
  expect(script.post({ kind: 'exited', status: { signal: 'SIGKILL' } })).toEqual([]);
  script.finish();
  expect(script.termination).toMatchObject({ status: { signal: 'SIGKILL' }, message: LIMIT.message });
});

test('a destroy asks for no limits, and is done once', () => {
  const script = running();
  expect(script.post({ kind: 'destroy' })).toEqual(['kill']);
  expect(script.post({ kind: 'destroy' })).toEqual([]);
  expect(script.post({ kind: 'limited', limitation: LIMIT })).toEqual([]);
  expect(script.finish()).toEqual(['cleanup', 'deprovision', 'ended']);
  expect(script.post({ kind: 'destroy' })).toEqual([]);
  expect(script.termination).toEqual({ status: undefined, message: '' });
});

test('a kill that fails is tried again, and given up at last', () => {
  const script = running();
  script.post({ kind: 'destroy' });
  for (let round = 1; round < 10; round++) {
    expect(script.failed('kill', 'device busy')).toEqual(['wake']);
    expect(script.post({ kind: 'woke', timer: 'kill' })).toEqual(['kill']);
  }
  expect(script.failed('kill', 'device busy')).toEqual(['cleanup']);
  script.finish();
  expect(script.state.leftovers).toEqual(['device busy']);
});

test('a kill that succeeds after all is not tried again', () => {
  const script = running();
  script.post({ kind: 'destroy' });
  script.failed('kill');
  script.post({ kind: 'woke', timer: 'kill' });
  script.done('kill');
  expect(script.post({ kind: 'woke', timer: 'kill' })).toEqual([]);
});

test.each(['cleanup', 'deprovision'] as const)(
  'a failed %s is kept as left over, and the end goes on',
  (step) => {
    const script = running();
    script.post({ kind: 'destroy' });
    while (script.state.awaited !== step) script.done(script.state.awaited ?? 'kill');
    script.failed(step, 'busy');
    script.finish();
    expect(script.state.leftovers).toEqual(['busy']);
    expect(script.state.phase).toBe('destroyed');
  },
);

test('limits that cannot be read are no reason to stay', () => {
  const script = running();
  script.post({ kind: 'exited', status: { code: 1 } });
  expect(script.failed('inspect')).toEqual(['kill']);
  expect(script.state.leftovers).toEqual([]);
});

import { containerTimers, initContainer } from '../../../../../cluster/agent/containerizer/core/state';

const termination = { status: undefined, message: '' };

test.each([
  [{ mode: 'launch' }, 'provisioning', false],
  [{ mode: 'adopt' }, 'running', false],
  [{ mode: 'clean', termination }, 'destroying', true],
  [{ mode: 'ended', termination }, 'destroyed', true],
] as const)('a container of %j begins as %s', (boot, phase, ending) => {
  expect(initContainer(boot)).toMatchObject({ phase, ending, exited: false });
});

test('the timer of a kill is known by its name', () => {
  expect(containerTimers.read(containerTimers.nameOf({ kind: 'kill' }))).toEqual({ kind: 'kill' });
});

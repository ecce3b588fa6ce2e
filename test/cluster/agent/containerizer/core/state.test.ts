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

test.each(['kill', 'start'] as const)('the timer %s is known by its name', (kind) => {
  expect(containerTimers.read(containerTimers.nameOf({ kind }))).toEqual({ kind });
});

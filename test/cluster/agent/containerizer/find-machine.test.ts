import { findMachine, runtimeFor } from '../../../../cluster/agent/containerizer/find-machine';

const FOUND = { path: '/usr/sbin/runc' };
const MISSING = { missing: 'runc is not installed' };

it('the launcher decides on the runtime', () => {
  expect(runtimeFor(undefined, FOUND)).toBe(FOUND);
  expect(runtimeFor(undefined, MISSING)).toBe(MISSING);
  expect(runtimeFor('linux', FOUND)).toBe(FOUND);
  expect(runtimeFor('posix', FOUND)).toEqual({ missing: '--launcher=posix does without one' });
  expect(() => runtimeFor('linux', MISSING)).toThrow(
    '--launcher=linux needs an OCI runtime, and runc is not installed',
  );
});

it('this machine has cgroups of one version, if any', () => {
  const { hierarchies, isRoot } = findMachine({ launcher: undefined, cgroups_hierarchy: '/sys/fs/cgroup' });
  expect([1, 2]).toContain(hierarchies.version);
  expect(isRoot).toBe(process.getuid?.() === 0);
});

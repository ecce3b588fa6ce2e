import { cgroupsOf } from '../../../../../cluster/agent/docker/core/cgroups';

test('cgroups of v1 are told by their controllers', () => {
  const text = '12:cpu,cpuacct:/docker/a\n4:memory:/docker/b\n1:name=systemd:/x\n0::/u\n';
  expect(cgroupsOf(text)).toEqual({ cpu: '/docker/a', memory: '/docker/b' });
});

test('the one cgroup of v2 is that of all, and its path may have colons', () => {
  const path = '/system.slice/docker-a:b.scope';
  expect(cgroupsOf(`0::${path}\n`)).toEqual({ cpu: path, memory: path });
});

test('a process that is gone is in none', () => {
  expect(cgroupsOf('')).toEqual({ cpu: '/', memory: '/' });
});

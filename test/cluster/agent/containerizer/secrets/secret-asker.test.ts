import { askerOf } from '../../../../../cluster/agent/containerizer/secrets/secret-asker';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';

const spec = (role?: string): ContainerSpec =>
  ({
    containerId: 'c',
    frameworkId: 'F',
    executorId: 'e',
    taskId: 't',
    resources: role === undefined ? [] : [{ name: 'cpus' }, { name: 'mem', allocation_info: { role } }],
  }) as unknown as ContainerSpec;

test.each([
  ['its own', { spec: spec('web') }, 'web'],
  ['its own before that around it', { spec: spec('web'), parent: { spec: spec('eng') } }, 'web'],
  ['that around it', { spec: spec(), parent: { spec: spec('eng') } }, 'eng'],
  ['none', { spec: spec(), parent: { spec: spec() } }, undefined],
])('the role of a container is %s', (_which, run, role) => {
  expect(askerOf(run)).toEqual({ containerId: 'c', frameworkId: 'F', executorId: 'e', taskId: 't', role });
});

import {
  nestedContainer,
  printContainerId,
  rootContainerId,
  sessionContainer,
  standaloneContainer,
} from '../../../../../cluster/agent/core/containers/operator-container';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const variables = [{ name: 'A', value: '1' }];
const command = { value: 'run', environment: { variables } };

test('a standalone container has a sandbox of its own, and the user of its command', () => {
  const container_id = { value: 'c' };
  expect(
    standaloneContainer(
      { container_id, command: { ...command, user: 'bob' }, limits: { cpus: { value: 2 } } },
      '/w',
    ),
  ).toEqual({
    containerId: 'c',
    isStandalone: true,
    frameworkId: '',
    executorId: '',
    directory: '/w/containers/c',
    user: 'bob',
    command: { ...command, user: 'bob' },
    environment: { PATH, MESOS_SANDBOX: '/w/containers/c', A: '1' },
    container: undefined,
    resources: [],
    limits: { cpus: 2 },
  });
});

const parent = {
  ...standaloneContainer({ container_id: { value: 'c' } }, '/w'),
  frameworkId: 'f',
  user: 'alice',
};

test('a nested container has its sandbox in that of the other one, and its user', () => {
  const container_id = { value: 'n', parent: { value: 'c' } };
  expect(nestedContainer({ container_id, command }, parent)).toMatchObject({
    containerId: 'c.n',
    parent: 'c',
    frameworkId: 'f',
    directory: '/w/containers/c/containers/n',
    user: 'alice',
    environment: { PATH, MESOS_SANDBOX: '/w/containers/c/containers/n', A: '1' },
  });
  expect(nestedContainer({ container_id }, parent).isStandalone).toBeUndefined();
});

test('a session has its own variables alone, to which those around it come at its launch', () => {
  const container_id = { value: 's', parent: { value: 'c' } };
  const container = { type: 'MESOS', tty_info: {} } as const;
  expect(sessionContainer({ container_id, command, container }, parent)).toMatchObject({
    isSession: true,
    environment: { A: '1' },
    container,
  });
});

test('ids are printed from the outermost one on', () => {
  const id = { value: 'g', parent: { value: 'n', parent: { value: 'c' } } };
  expect(printContainerId(id)).toBe('c.n.g');
  expect(rootContainerId(id)).toBe('c');
});

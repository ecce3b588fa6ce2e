import {
  hideCommandSecrets,
  hideContainerSecrets,
  hideExecutorSecrets,
  hideTaskSecrets,
} from '../../../cluster/model/hide-secrets';

const VALUE = { type: 'VALUE', value: { data: 'aHVudGVyMg==' } } as const;
const HIDDEN = { type: 'VALUE', value: undefined };
const REFERENCE = { type: 'REFERENCE', reference: { name: 'db' } } as const;
const command = (secret: object) => ({
  value: 'true',
  environment: {
    variables: [
      { name: 'PLAIN', value: 'x' },
      { name: 'KEY', type: 'SECRET', secret },
    ],
  },
});
const volume = (secret: object) => ({
  mode: 'RO',
  container_path: 'key',
  source: { type: 'SECRET', secret },
});
const image = (config: object) => ({ type: 'DOCKER', docker: { name: 'web', config } });

test('a command is shown without the values of its secrets, and with their references', () => {
  expect(hideCommandSecrets(command(VALUE))).toEqual(command(HIDDEN));
  expect(hideCommandSecrets(command(REFERENCE))).toEqual(command(REFERENCE));
});

test('a container is shown without those of its volumes and of its images', () => {
  const container = (secret: object) => ({
    type: 'MESOS',
    volumes: [volume(secret), { mode: 'RW', container_path: 'i', image: image(secret) }, { host_path: '/a' }],
    mesos: { image: image(secret) },
  });
  expect(hideContainerSecrets(container(VALUE))).toEqual(container(HIDDEN));
  expect(hideContainerSecrets({ mesos: { image: image(VALUE) } })).toEqual({
    mesos: { image: image(HIDDEN) },
  });
  expect(JSON.stringify(hideContainerSecrets(container(VALUE)))).not.toContain(VALUE.value.data);
});

test('an executor and a task are shown without those of their commands, checks and containers', () => {
  const executor = (secret: object) => ({
    executor_id: { value: 'e' },
    command: command(secret),
    container: { volumes: [volume(secret)] },
  });
  expect(hideExecutorSecrets(executor(VALUE))).toEqual(executor(HIDDEN));
  const task = (secret: object) => ({
    name: 't',
    container: { volumes: [volume(secret)] },
    health_check: { type: 'COMMAND', command: command(secret) },
  });
  expect(hideTaskSecrets(task(VALUE))).toEqual(task(HIDDEN));
});

test('what has no value of a secret comes back as the same object', () => {
  const task = {
    name: 't',
    container: { volumes: [volume(REFERENCE)] },
    health_check: { command: undefined },
  };
  const executor = { executor_id: { value: 'e' }, command: command(REFERENCE) };
  const bare = { name: 't', container: undefined };
  expect(hideTaskSecrets(task)).toBe(task);
  expect(hideTaskSecrets(bare)).toBe(bare);
  expect(hideExecutorSecrets(executor)).toBe(executor);
});

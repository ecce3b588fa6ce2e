import { findingsOf } from './violations-of';

type Members = Record<string, unknown>;

const SECRETS = { secrets: { s: { source: 'x' } } };

test.each<[name: string, type: string, volume: Members, path: string, error: string]>([
  ['nothing', 'MESOS', {}, '', 'must have one of hostPath, persistent, external or secret'],
  [
    'two sources',
    'MESOS',
    { hostPath: '/a', secret: 's' },
    '',
    'must have only one of hostPath, persistent, external or secret',
  ],
  [
    'a folder above the sandbox',
    'MESOS',
    { hostPath: 'a/../..', containerPath: '/v' },
    '/hostPath',
    'must not lead out of the sandbox, which a relative path is in',
  ],
  [
    'a folder of the sandbox in the sandbox',
    'DOCKER',
    { hostPath: 'a' },
    '/containerPath',
    'must be absolute when hostPath is relative',
  ],
  ['a secret for Docker', 'DOCKER', { secret: 's' }, '', 'secret volumes need a container of type MESOS'],
  [
    'a secret to write to',
    'MESOS',
    { secret: 's', mode: 'RW' },
    '/mode',
    'got RW, expected RO: secrets are read',
  ],
])('a volume of %s is refused', (_name, type, volume, path, error) => {
  const volumes = [
    { containerPath: 'first', hostPath: '/etc' },
    { containerPath: 'v', ...volume },
  ];
  const container = { type, docker: { image: 'web:1' }, volumes };
  expect(findingsOf({ container, ...SECRETS })).toEqual([{ path: `/container/volumes(1)${path}`, error }]);
});

test.each<[name: string, volume: Members]>([
  ['a folder of the host', { hostPath: '/etc', mode: 'RO' }],
  ['a folder of the sandbox', { hostPath: 'data', containerPath: '/data' }],
  ['a secret', { secret: 's' }],
])('%s is accepted', (_name, volume) => {
  const container = { type: 'MESOS', volumes: [{ containerPath: 'v', ...volume }] };
  expect(findingsOf({ container, ...SECRETS })).toEqual([]);
});

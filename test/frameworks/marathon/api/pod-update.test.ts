import { CONTAINER, problemsOfPod, readPod } from './read-pod';

const inContainer = (members: object): object => ({ containers: [{ ...CONTAINER, ...members }] });

it.each<[name: string, members: object, problems: string[]]>([
  ['no id', { id: null }, ['/id error.path.missing']],
  ['a bad id', { id: '/Web_Pod' }, ['/id error.pattern']],
  ['no containers', { containers: null }, ['/containers error.path.missing']],
  ['an empty list of containers', { containers: [] }, ['/containers error.minLength']],
  [
    'a container without resources',
    inContainer({ resources: null }),
    ['/containers(0)/resources error.path.missing'],
  ],
  ['too little cpu', inContainer({ resources: { cpus: 0 } }), ['/containers(0)/resources/cpus error.min']],
  [
    'a fraction of a GPU',
    inContainer({ resources: { gpus: 0.5 } }),
    ['/containers(0)/resources/gpus error.expected.jsnumber'],
  ],
  ['a container with a bad name', inContainer({ name: 'Web' }), ['/containers(0)/name error.pattern']],
  ['a name that is too long', inContainer({ name: 'a'.repeat(64) }), ['/containers(0)/name error.maxLength']],
  ['a variable that no shell takes', { environment: { 'a b': 'x' } }, ['/environment/a b error.pattern']],
  [
    'an empty command',
    inContainer({ exec: { command: { shell: '' } } }),
    ['/containers(0)/exec/command/shell error.minLength'],
  ],
  [
    'no command',
    inContainer({ exec: { command: {} } }),
    ['/containers(0)/exec/command/argv error.path.missing'],
  ],
  [
    'no arguments',
    inContainer({ exec: { command: { argv: [] } } }),
    ['/containers(0)/exec/command/argv error.minLength'],
  ],
  [
    'two commands',
    inContainer({ exec: { command: { shell: 'a', argv: ['b'] } } }),
    ['/containers(0)/exec/command must have only one of shell, argv'],
  ],
  [
    'an image of another kind',
    inContainer({ image: { kind: 'APPC', id: 'x' } }),
    ['/containers(0)/image/kind error.unknown.enum.literal'],
  ],
  [
    'an image without kind',
    inContainer({ image: { id: 'x' } }),
    ['/containers(0)/image/kind error.path.missing'],
  ],
  [
    'an endpoint without a name',
    inContainer({ endpoints: [{}] }),
    ['/containers(0)/endpoints(0)/name error.path.missing'],
  ],
  [
    'a port 0 of a container',
    inContainer({ endpoints: [{ name: 'http', containerPort: 0 }] }),
    ['/containers(0)/endpoints(0)/containerPort error.min'],
  ],
  [
    'an empty list of protocols',
    inContainer({ endpoints: [{ name: 'http', protocol: [] }] }),
    ['/containers(0)/endpoints(0)/protocol error.minLength'],
  ],
  ['another scaling', { scaling: { kind: 'auto' } }, ['/scaling error.expected.jsstring']],
  ['too few instances', { scaling: { kind: 'fixed', instances: -1 } }, ['/scaling/instances error.min']],
  [
    'an unknown operator',
    { scheduling: { placement: { constraints: [{ fieldName: 'a', operator: 'NEAR' }] } } },
    ['/scheduling/placement/constraints(0)/operator error.unknown.enum.literal'],
  ],
  [
    'a capacity above 1',
    { scheduling: { upgrade: { maximumOverCapacity: 2 } } },
    ['/scheduling/upgrade/maximumOverCapacity error.max'],
  ],
  [
    'a volume of two kinds',
    { volumes: [{ name: 'v', host: '/a', secret: 's' }] },
    ['/volumes(0) must have only one of host, secret'],
  ],
  [
    'a persistent volume without size',
    { volumes: [{ name: 'v', persistent: {} }] },
    ['/volumes(0)/persistent/size error.path.missing'],
  ],
  ['a small executor', { executorResources: { mem: 16 } }, ['/executorResources/mem error.min']],
  [
    'a grace period below 0',
    inContainer({ lifecycle: { killGracePeriodSeconds: -1 } }),
    ['/containers(0)/lifecycle/killGracePeriodSeconds error.min'],
  ],
])('refuses %s', (_name, members, problems) => {
  expect(problemsOfPod({ ...members })).toEqual(problems);
});

it('takes words in any case, nulls as absent, and fractions of seconds', () => {
  const pod = readPod({
    ...inContainer({
      image: { kind: 'docker', id: 'web:1' },
      endpoints: [{ name: 'http', containerPort: null, protocol: ['HTTP'] }],
      healthCheck: { http: { endpoint: 'http', scheme: 'https' } },
      lifecycle: { killGracePeriodSeconds: 1.5 },
    }),
    scheduling: { killSelection: 'oldest_first', unreachableStrategy: 'disabled', backoff: { backoff: 0.5 } },
    networks: [{ name: null, mode: 'host', labels: {} }],
    version: '2020-01-01T00:00:00.000Z',
  });
  expect(pod.containers).toMatchObject([
    {
      image: { kind: 'DOCKER' },
      endpoints: [{ protocol: ['HTTP'] }],
      healthCheck: { http: { scheme: 'HTTPS' } },
      lifecycle: { killGracePeriodSeconds: 1.5 },
    },
  ]);
  expect(pod.scheduling).toMatchObject({
    killSelection: 'OLDEST_FIRST',
    unreachableStrategy: 'disabled',
    backoff: { backoff: 0.5, backoffFactor: 1.15, maxLaunchDelay: 300 },
  });
  expect(pod.version).toBe('');
});

it('refuses an external volume, which would be an ephemeral one', () => {
  expect(problemsOfPod({ volumes: [{ name: 'v', external: { provider: 'csi' } }] })).toEqual([
    '/volumes(0)/external must not be there: pods have no external volumes; use persistent, or an app',
  ]);
});

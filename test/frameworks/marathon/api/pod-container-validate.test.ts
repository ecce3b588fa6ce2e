import { findingsOfPod, podOf } from './read-pod';

const HTTP = { name: 'http', containerPort: 80 };
const NETWORKS = [{ name: 'one' }, { name: 'two' }];
const MULTIPLE =
  'networkNames must be a single item list when hostPort is specified and more than 1 container network is defined';

it.each<[name: string, container: object, pod: object, findings: string[]]>([
  ['a limit above the request', { resourceLimits: { mem: 'unlimited', cpus: 1 } }, {}, []],
  [
    'a limit below the request',
    { resourceLimits: { mem: 16 } },
    {},
    ['/resourceLimits/mem: resource limit must be greater than or equal to requested resource (32)'],
  ],
  [
    'a limit in shared cgroups',
    { resourceLimits: { mem: 64 } },
    { legacySharedCgroups: true },
    ['/resourceLimits: resourceLimits cannot be defined if legacySharedCgroups is enabled'],
  ],
  [
    'a port of the container in the network of the host',
    { endpoints: [HTTP] },
    { networks: [{ mode: 'host' }] },
    ['/endpoints(0)/containerPort: is not allowed when using host-mode networking'],
  ],
  [
    'no port of the container in a network of its own',
    { endpoints: [{ name: 'http' }] },
    { networks: [{ name: 'one' }] },
    ['/endpoints(0)/containerPort: is required when using container-mode networking'],
  ],
  [
    'a network that is not there',
    { endpoints: [{ ...HTTP, networkNames: ['three'] }] },
    { networks: NETWORKS },
    ['/endpoints(0)/networkNames(0): is not one of (one,two)'],
  ],
  [
    'a host port in two networks',
    { endpoints: [{ ...HTTP, hostPort: 0 }] },
    { networks: NETWORKS },
    [`/endpoints(0): ${MULTIPLE}`],
  ],
  [
    'a host port in one of two networks',
    { endpoints: [{ ...HTTP, hostPort: 0, networkNames: ['two'] }] },
    { networks: NETWORKS },
    [],
  ],
  [
    'one protocol twice',
    { endpoints: [{ name: 'http', protocol: ['tcp', 'tcp'] }] },
    {},
    ['/endpoints(0)/protocol: Duplicate protocols within the same endpoint are not allowed'],
  ],
  [
    'an image of an unknown secret',
    { image: { kind: 'DOCKER', id: 'web:1', pullConfig: { secret: 's' } } },
    {},
    ['/image/pullConfig: pullConfig.secret must refer to an existing secret'],
  ],
  [
    'a shell behind an entrypoint',
    { exec: { command: { shell: 'x' }, overrideEntrypoint: false } },
    {},
    ['/exec/overrideEntrypoint: must not be false when command.shell is set'],
  ],
  ['nothing to run', { exec: undefined }, {}, [': must have exec or image']],
  ['an image alone', { exec: undefined, image: { kind: 'DOCKER', id: 'web:1' } }, {}, []],
  [
    'a health check of two kinds',
    {
      endpoints: [{ name: 'http' }],
      healthCheck: { tcp: { endpoint: 'http' }, exec: { command: { shell: 'true' } } },
    },
    {},
    ['/healthCheck: Only one of http, tcp, or command may be specified'],
  ],
  [
    'a health check of no kind',
    { healthCheck: {} },
    {},
    ['/healthCheck: Only one of http, tcp, or command may be specified'],
  ],
  [
    'a health check of an unknown endpoint',
    { healthCheck: { http: { endpoint: 'http' } } },
    {},
    ['/healthCheck/http/endpoint: contained in the container endpoints'],
  ],
  [
    'a health check that takes longer than its interval',
    { healthCheck: { exec: { command: { argv: ['true'] } }, intervalSeconds: 5, timeoutSeconds: 5 } },
    {},
    ['/healthCheck/timeoutSeconds: got 5, expected less than 5'],
  ],
  [
    'a check over HTTPS',
    { endpoints: [{ name: 'http' }], check: { http: { endpoint: 'http', scheme: 'HTTPS' } } },
    {},
    ['/check/http/scheme: must be HTTP: checks of Mesos know no other'],
  ],
  ['a URI that is none', { artifacts: [{ uri: 'a b' }] }, {}, ['/artifacts(0)/uri: URI has invalid syntax.']],
  [
    'a profile and none',
    { linuxInfo: { seccomp: { profileName: 'p', unconfined: true } } },
    {},
    ['/linuxInfo/seccomp: Seccomp unconfined can NOT be true when Profile is defined'],
  ],
  [
    'neither a profile nor none',
    { linuxInfo: { seccomp: {} } },
    {},
    ['/linuxInfo/seccomp: Seccomp unconfined must be true when Profile is NOT defined'],
  ],
  [
    'a variable of an unknown secret',
    { environment: { A: { secret: 's' } } },
    {},
    ['/environment/A/secret: references an undefined secret'],
  ],
])('judges %s', (_name, container, pod, findings) => {
  const paths = findings.map((finding) => `/containers(0)${finding}`);
  expect(findingsOfPod(podOf({ ...container }, { ...pod }))).toEqual(paths);
});

import { hintFor } from '../../../../frameworks/kit/api/unknown-member';
import { resolvePath } from '../../../../frameworks/marathon/api/app-normalization';
import { readAppUpdate } from '../../../../frameworks/marathon/api/app-update';
import { violationsOf } from '../../../../frameworks/marathon/api/app-validate';
import { newReading } from '../../../../frameworks/marathon/api/read';
import { invalidJson } from '../../../../frameworks/marathon/api/violations';
import { printApp } from '../../../../frameworks/marathon/core/apps/print-app';
import { type Body, readApp } from './read-app';

function problemsOf(body: unknown): string[] {
  const reading = newReading();
  readAppUpdate(body, '', reading);
  return reading.problems.map(({ path, error }) => `${path} ${error}`);
}

describe('reading', () => {
  it.each<[string, unknown, string[]]>([
    ['no object', [], ['/ error.expected.jsobject']],
    ['text for a number', { cpus: '1' }, ['/cpus error.expected.jsnumber']],
    ['a number for text', { cmd: 1 }, ['/cmd error.expected.jsstring']],
    ['a fraction of an instance', { instances: 1.5 }, ['/instances error.expected.jsnumber']],
    ['too few instances', { instances: -1 }, ['/instances error.min']],
    ['too little cpu', { cpus: 0 }, ['/cpus error.min']],
    ['an empty command', { cmd: '' }, ['/cmd error.minLength']],
    ['a bad id', { id: '/Web_App' }, ['/id error.pattern']],
    ['a port out of range', { portDefinitions: [{ port: 70_000 }] }, ['/portDefinitions(0)/port error.max']],
    ['an unknown word', { killSelection: 'FIRST' }, ['/killSelection error.unknown.enum.literal']],
    [
      'a container without image',
      { container: { docker: {} } },
      ['/container/docker/image error.path.missing'],
    ],
    [
      'a capacity above 1',
      { upgradeStrategy: { minimumHealthCapacity: 2 } },
      ['/upgradeStrategy/minimumHealthCapacity error.max'],
    ],
    ['a constraint of one part', { constraints: [['hostname']] }, ['/constraints(0) error.minLength']],
    [
      'several at once',
      { mem: 'x', labels: { a: 1 } },
      ['/mem error.expected.jsnumber', '/labels/a error.expected.jsstring'],
    ],
    ['a list for an object', { env: [] }, ['/env error.expected.jsobject']],
    ['text for a switch', { requirePorts: 'yes' }, ['/requirePorts error.expected.jsboolean']],
    ['two readiness checks', { readinessChecks: [{}, {}] }, ['/readinessChecks error.maxLength']],
  ])('refuses %s', (_name, members, problems) => {
    expect(problemsOf(members)).toEqual(problems);
  });

  it.each<[unknown, string]>([
    [
      { id: '/Web_App' },
      '/id must have parts of lower-case letters, digits, dots and dashes, such as /prod/web, not "/Web_App".',
    ],
    [{ cpus: '1' }, '/cpus must be a number, not "1".'],
    [{ instances: 1.5 }, '/instances must be a whole number, not 1.5.'],
    [{ instances: -1 }, '/instances must be at least 0, not -1.'],
    [{ cmd: '' }, '/cmd must have at least 1 character.'],
    [{ portDefinitions: [{ port: 70_000 }] }, '/portDefinitions(0)/port must be at most 65535, not 70000.'],
    [{ killSelection: 'FIRST' }, '/killSelection must be one of YOUNGEST_FIRST, OLDEST_FIRST, not "FIRST".'],
    [{ container: { docker: {} } }, '/container/docker/image is missing.'],
    [{ constraints: [['hostname']] }, '/constraints(0) must have at least 2 members.'],
    [{ env: ['x'] }, '/env must be an object, not a list.'],
    [{ cpus: {} }, '/cpus must be a number, not an object.'],
    [{ cpus: 'x'.repeat(100) }, `/cpus must be a number, not "${'x'.repeat(59)}....`],
  ])('says in a sentence what is wrong with %j', (members, sentence) => {
    const reading = newReading();
    readAppUpdate(members, '', reading);
    const { body } = invalidJson(reading.problems, '/web');
    expect(body).toMatchObject({ details: [{ messages: [`/web: ${sentence}`] }] });
  });

  it('takes words in any case and nulls as absent', () => {
    const app = readApp({
      cmd: 'x',
      killSelection: 'oldest_first',
      healthChecks: [{ protocol: 'mesos_http' }],
      user: null,
    });
    expect(app.killSelection).toBe('OLDEST_FIRST');
    expect(app.healthChecks[0]).toMatchObject({ protocol: 'MESOS_HTTP', portIndex: 0, intervalSeconds: 60 });
    expect(app.user).toBeUndefined();
  });

  it.each([
    ['instanecs', 'unknown field /instanecs; did you mean /instances?'],
    ['healthcheck', 'unknown field /healthcheck; did you mean /healthChecks?'],
    ['zzzzzzz', 'unknown field /zzzzzzz'],
  ])('points out the unknown member %s', (name, hint) => {
    const reading = newReading();
    readAppUpdate({ [name]: 1 }, '', reading);
    expect(reading.unknown.map(hintFor)).toEqual([hint]);
  });
});

describe('normalisation', () => {
  const docker = (more: Body = {}) => ({ docker: { image: 'nginx', ...more } });
  it.each<[string, Body, Body]>([
    [
      'nothing',
      { cmd: 'x' },
      { networks: [{ mode: 'host' }], portDefinitions: [{ port: 0, name: 'default', protocol: 'tcp' }] },
    ],
    ['an empty list of ports', { cmd: 'x', portDefinitions: [] }, { portDefinitions: [] }],
    [
      'ports',
      { cmd: 'x', ports: [80, 0] },
      {
        portDefinitions: [
          { port: 80, protocol: 'tcp' },
          { port: 0, protocol: 'tcp' },
        ],
      },
    ],
    [
      'uris',
      { cmd: 'x', uris: ['http://a/b.tgz', 'http://a/b'] },
      {
        fetch: [
          { uri: 'http://a/b.tgz', extract: true, executable: false, cache: false },
          { uri: 'http://a/b', extract: false, executable: false, cache: false },
        ],
      },
    ],
    [
      'Docker in bridge mode',
      { container: docker({ network: 'BRIDGE', portMappings: [{ containerPort: 80 }] }) },
      {
        networks: [{ mode: 'container/bridge' }],
        container: {
          type: 'DOCKER',
          docker: { image: 'nginx' },
          portMappings: [{ containerPort: 80, hostPort: 0 }],
        },
      },
    ],
    ['Docker in host mode', { container: docker({ network: 'HOST' }) }, { networks: [{ mode: 'host' }] }],
    [
      'Docker in user mode',
      { container: docker({ network: 'USER' }) },
      { networks: [{ mode: 'container', name: 'net' }] },
    ],
    [
      'an ipAddress',
      { cmd: 'x', ipAddress: { networkName: 'own' } },
      { networks: [{ mode: 'container', name: 'own' }], container: { type: 'MESOS' } },
    ],
    [
      'an ipAddress of the bridge',
      { cmd: 'x', ipAddress: { networkName: 'mesos-bridge' } },
      { networks: [{ mode: 'container/bridge' }] },
    ],
    [
      'ports found by discovery',
      { cmd: 'x', ipAddress: { networkName: 'own', discovery: { ports: [{ number: 80, name: 'http' }] } } },
      { container: { portMappings: [{ containerPort: 80, name: 'http' }] } },
    ],
    [
      'labels of a port found by discovery',
      {
        cmd: 'x',
        ipAddress: {
          networkName: 'own',
          discovery: { ports: [{ number: 80, name: 'http', labels: { a: 'b' } }] },
        },
      },
      { container: { portMappings: [{ labels: { a: 'b' } }] } },
    ],
    [
      'a named network',
      { cmd: 'x', networks: [{ name: 'n' }] },
      { networks: [{ name: 'n', mode: 'container' }], requirePorts: false },
    ],
    [
      'an unnamed network',
      { cmd: 'x', networks: [{ mode: 'container' }] },
      { networks: [{ name: 'net', mode: 'container' }] },
    ],
    [
      'a bridge without a container',
      { cmd: 'x', networks: [{ mode: 'container/bridge' }] },
      { container: { type: 'MESOS', portMappings: [{ containerPort: 0, hostPort: 0, name: 'default' }] } },
    ],
    ['relative dependencies', { cmd: 'x', dependencies: ['../db'] }, { dependencies: ['/db'] }],
  ])('of %s', (_name, body, expected) => {
    expect(printApp(readApp(body, { network: 'net' }))).toMatchObject(expected);
  });

  it('drops port mappings in host mode and port definitions elsewhere', () => {
    const host = readApp({ container: { docker: { image: 'x' }, portMappings: [{ containerPort: 1 }] } });
    expect(host.container?.portMappings).toBeUndefined();
    const bridge = readApp({
      cmd: 'x',
      networks: [{ mode: 'container/bridge' }],
      portDefinitions: [{ port: 1 }],
      requirePorts: true,
    });
    expect(bridge.portDefinitions).toBeUndefined();
    expect(bridge.requirePorts).toBe(false);
  });

  it('merges partial updates member by member', () => {
    const stored = readApp({ cmd: 'x', labels: { a: '1', b: '2' }, cpus: 2, executorResources: { cpus: 1 } });
    const merged = readApp({ labels: { c: '3' } }, { stored });
    expect(merged).toMatchObject({ cmd: 'x', cpus: 2, labels: { c: '3' } });
    expect(merged.executorResources).toBeUndefined();
  });

  it('prints what is empty only where clients expect it', () => {
    const shown = printApp(readApp({ cmd: 'x' }));
    for (const key of ['args', 'env', 'constraints', 'fetch', 'healthChecks', 'secrets', 'container']) {
      expect(shown).not.toHaveProperty(key);
    }
    expect(shown).toMatchObject({ labels: {}, acceptedResourceRoles: [] });
  });

  it('reads its own output back to the same app', () => {
    const app = readApp({
      container: { docker: { image: 'nginx' }, portMappings: [{ containerPort: 80, servicePort: 10_001 }] },
      networks: [{ mode: 'container/bridge' }],
      healthChecks: [{ path: '/' }],
      env: { A: 'b' },
    });
    expect(readApp(JSON.parse(JSON.stringify({ ...printApp(app), version: undefined })))).toEqual(app);
  });

  it.each([
    ['/a/b', '/', '/a/b'],
    ['b', '/a', '/a/b'],
    ['../c', '/a/b', '/a/c'],
    ['//a//b/', '/', '/a/b'],
    ['../../..', '/a', '/'],
  ])('resolves %s in %s to %s', (path, base, expected) => {
    expect(resolvePath(path, base)).toBe(expected);
  });
});

const OPTIONS = { features: [], validRoles: ['*'], executor: '//cmd' };

describe('validation', () => {
  const run = { cmd: 'x' };
  const bridge = { networks: [{ mode: 'container/bridge' }] };
  it.each<[string, Body, string, string]>([
    [
      'nothing to run',
      {},
      '/',
      "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
    ],
    [
      'cmd and args',
      { cmd: 'x', args: ['y'] },
      '/',
      "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
    ],
    ['ports twice', { ...run, ports: [80, 80] }, '/portDefinitions', 'Ports must be unique.'],
    [
      'names twice',
      { ...run, portDefinitions: [{ name: 'a' }, { name: 'a' }] },
      '/portDefinitions',
      'Port names must be unique.',
    ],
    [
      'a health check without port',
      { ...run, healthChecks: [{ portIndex: 3 }] },
      '/healthChecks(0)',
      'Health check port indices must address an element of the ports array or container port mappings.',
    ],
    [
      'two Mesos checks',
      { ...run, healthChecks: [{ protocol: 'MESOS_TCP' }, { protocol: 'MESOS_HTTP' }] },
      '/healthChecks',
      'AppDefinition can contain at most one Mesos health check',
    ],
    [
      'a command check beside one of Mesos',
      {
        ...run,
        healthChecks: [{ protocol: 'COMMAND', command: { value: 'x' } }, { protocol: 'MESOS_TCP' }],
      },
      '/healthChecks',
      'AppDefinition can contain at most one Mesos health check',
    ],
    ['a check of no kind', { ...run, check: {} }, '/check', 'must have one of http, tcp and exec'],
    [
      'a check over HTTPS',
      { ...run, check: { http: { portIndex: 0, scheme: 'HTTPS' } } },
      '/check/http/scheme',
      'must be HTTP: checks of Mesos know no other',
    ],
    [
      'resources of an executor that commands do not have',
      { ...run, executorResources: { cpus: 1 } },
      '/executorResources',
      'needs a path as executor: commands have no executor of their own',
    ],
    [
      'a command check without command',
      { ...run, healthChecks: [{ protocol: 'COMMAND' }] },
      '/healthChecks(0)/command',
      'must not be empty',
    ],
    [
      'a readiness port',
      { ...run, readinessChecks: [{}] },
      '/readinessChecks(0)/portName',
      'No port definition reference for portName http-api',
    ],
    [
      'named host network',
      { ...run, networks: [{ mode: 'host', name: 'x' }] },
      '/networks',
      'Host networks may not have names or labels',
    ],
    [
      'named bridge',
      { ...run, networks: [{ mode: 'container/bridge', name: 'x' }] },
      '/networks',
      'Bridge networks may not have names',
    ],
    [
      'unnamed network',
      { ...run, networks: [{ mode: 'container' }] },
      '/networks',
      'Network name must be specified when container network is selected.',
    ],
    [
      'mixed networks',
      { ...run, networks: [{ mode: 'host' }, { mode: 'container', name: 'a' }] },
      '/networks',
      'May specify a single host network, single bridge network, or else 1-to-n container networks',
    ],
    [
      'GPUs',
      { ...run, gpus: 1 },
      '/gpus',
      'Feature gpu_resources is not enabled. Enable with --enable_features gpu_resources)',
    ],
    [
      'an unknown secret',
      { ...run, env: { A: { secret: 's' } } },
      '/env/A',
      'references an undefined secret',
    ],
    [
      'an unknown operator',
      { ...run, constraints: [['hostname', 'NEAR']] },
      '/constraints(0)',
      'Operation NEAR is unknown. Use one of CLUSTER, GROUP_BY, IS, LIKE, MAX_PER, UNIQUE, UNLIKE',
    ],
    [
      'MAX_PER without number',
      { ...run, constraints: [['rack', 'MAX_PER', 'x']] },
      '/constraints(0)',
      'MAX_PER requires an integer value',
    ],
    [
      'UNIQUE with value',
      { ...run, constraints: [['rack', 'UNIQUE', 'x']] },
      '/constraints(0)',
      'UNIQUE does not accept a value',
    ],
    [
      'LIKE with a bad pattern',
      { ...run, constraints: [['rack', 'LIKE', '(']] },
      '/constraints(0)',
      'LIKE and UNLIKE require a non-empty, regular expression value',
    ],
    [
      'UNLIKE with a pattern that may never end',
      { ...run, constraints: [['rack', 'UNLIKE', '(?!a)([a-z]+)+']] },
      '/constraints(0)',
      '(?!a)([a-z]+)+ repeats a group beside look-around or a back reference, so that its match may never end: ' +
        'leave one of them out',
    ],
    [
      'unreachable times',
      { ...run, unreachableStrategy: { inactiveAfterSeconds: 5, expungeAfterSeconds: 1 } },
      '/unreachableStrategy',
      'inactiveAfterSeconds (5) must be less or equal to expungeAfterSeconds, which is 1',
    ],
    [
      'a limit below the request',
      { ...run, resourceLimits: { mem: 1 } },
      '/resourceLimits/mem',
      'resource limit must be greater than or equal to requested resource (128)',
    ],
    [
      'foreign roles',
      { ...run, acceptedResourceRoles: ['x'] },
      '/acceptedResourceRoles',
      'acceptedResourceRoles can only contain * and *',
    ],
    [
      'a migration without a path',
      { ...run, labels: { DCOS_MIGRATION_API_VERSION: 'v1', DCOS_PACKAGE_FRAMEWORK_NAME: 'x' } },
      '/',
      'DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION',
    ],
    [
      'two of a single instance',
      { ...run, instances: 2, labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } },
      '/instances',
      'Single instance app may only have one instance',
    ],
    [
      'checks with Docker',
      { container: { docker: { image: 'x' } }, ...bridge, check: { exec: { command: { shell: 'x' } } } },
      '/check',
      "AppDefinition must not use 'checks' if using docker",
    ],
    [
      'persistent volumes in the role *',
      { ...run, container: { volumes: [{ containerPath: 'x', mode: 'RW', persistent: { size: 1 } }] } },
      '/role',
      'Resident apps cannot have the role *',
    ],
  ])('refuses %s', (_name, body, path, error) => {
    expect(violationsOf(readApp(body), OPTIONS)).toContainEqual({ path, error });
  });

  it.each<[string, Body]>([
    ['a command', run],
    ['arguments', { args: ['sleep', '1'] }],
    ['an image alone', { container: { docker: { image: 'nginx' } } }],
    [
      'constraints',
      {
        ...run,
        constraints: [
          ['hostname', 'UNIQUE'],
          ['rack', 'GROUP_BY', '3'],
          ['os', 'LIKE', 'l.*'],
        ],
      },
    ],
    [
      'a host volume',
      { ...run, container: { volumes: [{ containerPath: '/a', hostPath: '/b', mode: 'RO' }] } },
    ],
  ])('accepts %s', (_name, body) => {
    expect(violationsOf(readApp(body), OPTIONS)).toEqual([]);
  });

  it.each(['/a/restart', '/tasks', '/x/versions'])('refuses the reserved id %s', (id) => {
    expect(violationsOf({ ...readApp(run), id }, OPTIONS)).toMatchObject([{ path: '/id' }]);
  });
});

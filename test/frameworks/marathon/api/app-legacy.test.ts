import { mixedFormFindings } from '../../../../frameworks/marathon/api/app-legacy';
import { readAppUpdate } from '../../../../frameworks/marathon/api/app-update';
import { newReading } from '../../../../frameworks/marathon/api/read';
import { type Body, readApp } from './read-app';

describe('mixing old and new forms', () => {
  it.each<[string, Body, string]>([
    ['uris and fetch', { uris: ['a'], fetch: [{ uri: 'b' }] }, 'may not be set in conjunction with fetch'],
    [
      'ports and definitions',
      { ports: [1], portDefinitions: [{ port: 2 }] },
      'cannot specify both ports and port definitions',
    ],
    ['ipAddress and ports', { ports: [1], ipAddress: {} }, 'cannot specify both an IP address and port'],
    [
      'networks and ipAddress',
      { networks: [{ mode: 'host' }], ipAddress: {} },
      'must not specify both networks and ipAddress',
    ],
    [
      'networks and docker.network',
      { networks: [{ mode: 'host' }], container: { docker: { image: 'x', network: 'HOST' } } },
      'must not specify both container.docker.network and networks',
    ],
    [
      'both kinds of mappings',
      { container: { portMappings: [], docker: { image: 'x', portMappings: [{}] } } },
      'cannot specify both portMappings and docker.portMappings',
    ],
    [
      'credentials of an image',
      { container: { type: 'MESOS', docker: { image: 'x', credential: { principal: 'p' } } } },
      'must be empty: use pullConfig, or credentials of the agents (--docker_config)',
    ],
    [
      'removed members',
      { storeUrls: ['http://x'] },
      'was removed in Marathon 1.5: put the artifacts in fetch',
    ],
    [
      'groups of an address',
      { ipAddress: { groups: ['g'] } },
      'has no effect since Marathon 1.5: use the labels of networks',
    ],
    [
      'another behaviour of lost tasks',
      { residency: { taskLostBehavior: 'RELAUNCH_AFTER_TIMEOUT' } },
      'must be WAIT_FOREVER: an instance waits for the agent with its volumes',
    ],
  ])('is refused for %s', (_name, body, error) => {
    const update = readAppUpdate(body, '', newReading());
    expect(update && mixedFormFindings(update).map((finding) => finding.error)).toContain(error);
  });

  it.each<[string, Body, Body]>([
    ['no uris', { uris: [], fetch: [{ uri: 'a' }] }, { fetch: [expect.objectContaining({ uri: 'a' })] }],
    ['no fetch', { uris: ['a'], fetch: [] }, { fetch: [expect.objectContaining({ uri: 'a' })] }],
    ['neither', { uris: [], fetch: [] }, { fetch: [] }],
    [
      'equal ports',
      { ports: [80, 0], portDefinitions: [{ port: 80, name: 'http' }, { port: 0 }] },
      {
        portDefinitions: [
          expect.objectContaining({ port: 80, name: 'http' }),
          expect.objectContaining({ port: 0 }),
        ],
      },
    ],
    [
      'no ports of an address',
      { ports: [], portDefinitions: [], networks: [], ipAddress: { networkName: 'n' } },
      { networks: [{ mode: 'container', name: 'n', labels: {} }] },
    ],
    [
      'no networks of an image',
      { networks: [], container: { docker: { image: 'x', network: 'BRIDGE', portMappings: [{}] } } },
      { networks: [{ mode: 'container/bridge', labels: {} }] },
    ],
  ])('is taken as Marathon 1.4 exports it: %s', (_name, body, members) => {
    const update = readAppUpdate(body, '', newReading());
    expect(update && mixedFormFindings(update)).toEqual([]);
    expect(readApp(body)).toMatchObject(members);
  });
});

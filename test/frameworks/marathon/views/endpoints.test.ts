import type { Instance } from '../../../../frameworks/marathon/core/state/state';
import { endpointLines } from '../../../../frameworks/marathon/views/endpoints';
import { FakeCluster } from '../fake-cluster';

const MAPPINGS = [
  { containerPort: 80, servicePort: 10_001 },
  { containerPort: 81, servicePort: 10_002, hostPort: 0 },
  { containerPort: 82, servicePort: 10_003, networkNames: ['blue'] },
];

/** The lines of one app with one task, whose container has an address. */
function linesFor(...networks: string[]): string[] {
  const cluster = new FakeCluster();
  cluster.put({
    networks: [
      { mode: 'container', name: 'red' },
      { mode: 'container', name: 'blue' },
    ],
    container: { type: 'MESOS', portMappings: MAPPINGS },
  });
  cluster.advance(2000);
  const [instance] = cluster.instances() as [Instance];
  const { task, agent } = instance;
  if (!task || !agent) throw new Error('no task');
  Object.assign(task, { ipAddresses: [{ ipAddress: '10.0.0.7', protocol: 'IPv4' }] });
  const app = cluster.state.apps.get('/app');
  if (!app) throw new Error('no app');
  const text = endpointLines(cluster.state, app, new Set(networks));
  return text.replaceAll(`${agent.host}:${task.hostPorts[0]}`, 'HOST:PORT').trimEnd().split('\t\n');
}

test('ports without a host port are left out', () => {
  expect(linesFor()).toEqual(['app\t10001', 'app\t10002\tHOST:PORT', 'app\t10003']);
});

test('ports in a network that is asked for have the address of the container', () => {
  expect(linesFor('red')).toEqual(['app\t10001\t10.0.0.7:80', 'app\t10002\tHOST:PORT', 'app\t10003']);
  expect(linesFor('blue')[2]).toBe('app\t10003\t10.0.0.7:82');
});

test('a star asks for all networks', () => {
  expect(linesFor('*')).toEqual([
    'app\t10001\t10.0.0.7:80',
    'app\t10002\tHOST:PORT',
    'app\t10003\t10.0.0.7:82',
  ]);
});

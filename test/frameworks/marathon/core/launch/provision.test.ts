import { isLive, isWaiting } from '../../../../../frameworks/marathon/core/instances/conditions';
import { agent, app, FakeCluster } from '../../fake-cluster';
import { container, pod } from '../../pods';

const ENDPOINT = { hostPort: 0, protocol: ['tcp'], labels: {}, networkNames: [] };

test('the tasks of a pod have ids of their containers, the host ports of those, and the resources of the match', () => {
  const cluster = new FakeCluster({ agents: [agent(1, { disk: 100 })] });
  const containers = [
    container('web', {
      endpoints: [
        { ...ENDPOINT, name: 'a' },
        { ...ENDPOINT, name: 'b' },
      ],
    }),
    container('side', { endpoints: [{ ...ENDPOINT, name: 'c' }] }),
  ];
  cluster.change({ putPods: [pod({ containers })] });
  cluster.advance(100);
  const [instance] = cluster.instances('/pod');
  expect(instance && [isLive(instance), isWaiting(instance)]).toEqual([true, false]);
  expect(instance?.tasks?.map(({ id, hostPorts }) => [id, hostPorts.length])).toEqual([
    [`${instance?.id}.web.1`, 2],
    [`${instance?.id}.side.1`, 1],
  ]);
  const known = cluster.state.knownAgents.get('S1')?.launched;
  const held = [...(known ?? [])].map(([taskId, resources]) => [taskId, resources.length]);
  expect(held).toEqual([[`${instance?.id}.web.1`, expect.any(Number)]]);
});

test('the incarnation of an instance numbers all of its tasks', () => {
  const cluster = new FakeCluster({ agents: [agent(1, { disk: 100 })] });
  cluster.change({ putPods: [pod()] });
  cluster.put({ id: '/app' });
  cluster.advance(100);
  for (const id of [...cluster.tasks.keys()]) cluster.update(id, 'TASK_FAILED');
  cluster.advance(10_000);
  const numbers = [...cluster.tasks.keys()].map((id) => id.replace(/^.*\.([^.]+\.\d+)$/, '$1'));
  expect(numbers.sort()).toEqual(['_app.1', '_app.2', 'side.1', 'side.2', 'web.1', 'web.2']);
});

test.each([
  [true, 'TRUE'],
  [false, 'FALSE'],
])('the task of an app in a group that enforces its role %p knows it', (enforceRole, text) => {
  const cluster = new FakeCluster({ agents: [agent(1)] });
  cluster.change({
    putGroups: [{ id: '/dev', enforceRole, dependencies: [] }],
    put: [app({ id: '/dev/sub/web' })],
  });
  cluster.advance(100);
  const [task] = cluster.tasks.values();
  const variables = task?.info.command?.environment?.variables ?? [];
  expect(variables).toContainEqual({ name: 'MARATHON_APP_ENFORCE_GROUP_ROLE', value: text });
});

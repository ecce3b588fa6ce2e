import {
  appListPieces,
  appsPieces,
  listPieces,
  oneAppPieces,
  type ReadState,
  tasksPieces,
  taskText,
} from '../../../../../frameworks/marathon/edge/rest/fragments';
import { type Embed, printAppInfo } from '../../../../../frameworks/marathon/views/apps';
import { printTask } from '../../../../../frameworks/marathon/views/tasks';
import { agent, FakeCluster } from '../../fake-cluster';

const CHECK = { protocol: 'TCP', gracePeriodSeconds: 0, intervalSeconds: 5, timeoutSeconds: 1 };
const EMBEDS: readonly Embed[] = [
  'tasks',
  'counts',
  'deployments',
  'readiness',
  'lastTaskFailure',
  'taskStats',
];

function start(): FakeCluster {
  const cluster = new FakeCluster({ agents: [agent(1)] });
  const checked = { healthChecks: [CHECK], portDefinitions: [{ port: 10_001 }], backoffSeconds: 60 };
  cluster.put({ id: '/checked', instances: 3, ...checked }, { id: '/plain', instances: 2 });
  return cluster.advance(2000);
}

const readOf =
  (cluster: FakeCluster): ReadState =>
  (view) =>
    view(cluster.state);

const join = (pieces: Iterable<string>): unknown => JSON.parse([...pieces].join(''));

test('lists have what the views of apps and tasks have, whatever is embedded', () => {
  const cluster = start();
  const now = cluster.clock.now();
  const read = readOf(cluster);
  for (const embed of [new Set<Embed>(), new Set<Embed>(['tasks']), new Set(EMBEDS)]) {
    const apps = [...cluster.state.apps.values()].map((app) => printAppInfo(cluster.state, app, embed, now));
    const expected = JSON.parse(JSON.stringify(apps)) as unknown[];
    const ids = ['/checked', '/gone', '/plain'];
    expect(join(appsPieces('apps', { read, ids, embed, now }))).toEqual({ apps: expected });
    expect(join(appListPieces({ read, ids, embed, now }))).toEqual(expected);
    const [app] = cluster.state.apps.values();
    expect(app && join(oneAppPieces(app, { read, embed, now }))).toEqual({ app: expected[0] });
  }
  expect(join(tasksPieces(read, ['/checked', '/plain']))).toHaveProperty('tasks.length', 5);
  expect(join(tasksPieces(read, ['/plain'], () => false))).toEqual({ tasks: [] });
});

test('the text of a task is made once, and again after each change that it shows', () => {
  const cluster = start();
  const [instance] = cluster.instances('/checked');
  if (!instance) throw new Error('no instance');
  const text = (): string => taskText(cluster.state, instance);
  const isCurrent = (): void => expect(text()).toBe(JSON.stringify(printTask(cluster.state, instance)));
  isCurrent();
  cluster.probeResult = () => ({ ok: false, cause: 'refused' });
  cluster.advance(5000);
  isCurrent();
  const taskId = instance.task?.id ?? '';
  cluster.update(taskId, 'TASK_UNREACHABLE');
  isCurrent();
  cluster.update(taskId, 'TASK_RUNNING');
  isCurrent();
  cluster.update(taskId, 'TASK_FAILED');
  isCurrent();
});

test('a list leaves out what is gone when its turn comes', () => {
  const values = new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
  const pieces = listPieces([...values.keys()], (key) => values.get(key)?.toString());
  const first = [pieces.next().value, pieces.next().value];
  values.delete('b');
  expect([...first, ...pieces].join('')).toBe('[1,3]');
  expect(join(listPieces([], () => undefined))).toEqual([]);
});

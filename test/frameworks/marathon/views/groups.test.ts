import { printApp } from '../../../../frameworks/marathon/core/apps/print-app';
import { type GroupEmbed, groupPieces, type ShownRoot } from '../../../../frameworks/marathon/views/groups';
import { FakeCluster } from '../fake-cluster';

interface Printed {
  readonly id: string;
  readonly apps?: readonly { id: string }[];
  readonly groups?: readonly Printed[];
}

const ALL: GroupEmbed = { apps: true, pods: true, groups: true };

function cluster(): FakeCluster {
  const started = new FakeCluster();
  started.put({ id: '/top' }, { id: '/a/one' }, { id: '/a/b/two' });
  return started;
}

const print = (id: string, embed: GroupEmbed = ALL): Printed | undefined => {
  const { state } = cluster();
  const root = { ...state, version: state.rootVersion };
  return printed(root, id, embed);
};

function printed(root: ShownRoot, id: string, embed: GroupEmbed = ALL): Printed | undefined {
  const pieces = groupPieces(root, id, embed, {
    app: (app) => [JSON.stringify(printApp(app))],
    pod: ({ id: podId }) => [JSON.stringify({ id: podId })],
  });
  return pieces && (JSON.parse([...pieces].join('')) as Printed);
}

/** Ids of a group, its apps, and so on below it. */
const tree = ({ id, apps = [], groups = [] }: Printed): unknown => [
  id,
  apps.map((app) => app.id),
  groups.map(tree),
];

test('the root has its own apps, and those of each group are with that one', () => {
  expect(tree(print('/') as Printed)).toEqual([
    '/',
    ['/top'],
    [['/a', ['/a/one'], [['/a/b', ['/a/b/two'], []]]]],
  ]);
  expect(tree(print('/a/b') as Printed)).toEqual(['/a/b', ['/a/b/two'], []]);
});

test('members are in the order of their ids, whatever the order of their creation', () => {
  const made = new FakeCluster();
  made.put({ id: '/b' }, { id: '/a' });
  const root = { ...made.state, version: made.state.rootVersion };
  expect(printed(root, '/')?.apps?.map(({ id }) => id)).toEqual(['/a', '/b']);
});

test('what the request does not embed is empty, and only groups at the top enforce roles', () => {
  const bare = print('/', { apps: false, pods: false, groups: false });
  expect(bare).toMatchObject({ id: '/', apps: [], groups: [], pods: [], dependencies: [] });
  expect(bare).not.toHaveProperty('enforceRole');
  expect(print('/a')).toHaveProperty('enforceRole', false);
  expect(print('/a/b')).not.toHaveProperty('enforceRole');
});

test('a group that nobody made is none', () => {
  expect(print('/nobody')).toBeUndefined();
});

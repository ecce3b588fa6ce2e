import type { Group } from '../../../../../frameworks/marathon/api/app';
import { revertChange } from '../../../../../frameworks/marathon/core/groups/revert';
import type { Deployment, GroupDifference } from '../../../../../frameworks/marathon/core/state/state';
import { app, FakeCluster } from '../../fake-cluster';

const group = (id: string, ...dependencies: string[]): Group => ({ id, dependencies });

function deploymentOf(members: Partial<Deployment>): Deployment {
  return {
    id: 'd',
    version: '2',
    steps: [],
    affected: [],
    originals: {},
    done: 0,
    announced: false,
    open: new Set(),
    ...members,
  };
}

/** The state after the deployment, and after what others did meanwhile. */
function stateWith(groups: readonly Group[], apps: readonly string[]) {
  const { state } = new FakeCluster();
  for (const each of groups) state.groups.set(each.id, each);
  for (const id of apps) state.apps.set(id, app({ id }));
  return state;
}

type Row = [string, Record<string, GroupDifference>, Group[], string[], Group[], string[]];

describe('the way back of groups', () => {
  it.each<Row>([
    ['an added group goes', { '/g': { before: null, after: group('/g') } }, [group('/g')], [], [], ['/g']],
    [
      'an added group with an app of others stays',
      { '/g': { before: null, after: group('/g') } },
      [group('/g')],
      ['/g/x'],
      [],
      [],
    ],
    [
      'an added group with a group of others stays',
      { '/g': { before: null, after: group('/g') } },
      [group('/g'), group('/g/h')],
      [],
      [],
      [],
    ],
    [
      'added groups go from the inside',
      { '/g': { before: null, after: group('/g') }, '/g/h': { before: null, after: group('/g/h') } },
      [group('/g'), group('/g/h')],
      [],
      [],
      ['/g', '/g/h'],
    ],
    [
      'an added group that others use loses its dependencies only',
      { '/g': { before: null, after: group('/g', '/a') } },
      [group('/g', '/a', '/b')],
      ['/g/x'],
      [group('/g', '/b')],
      [],
    ],
    ['an added group that is gone stays so', { '/g': { before: null, after: group('/g') } }, [], [], [], []],
    [
      'a removed group comes back',
      { '/g': { before: group('/g', '/a'), after: null } },
      [],
      [],
      [group('/g', '/a')],
      [],
    ],
    [
      'one that others made again gets its dependencies, too',
      { '/g': { before: group('/g', '/a'), after: null } },
      [group('/g', '/b')],
      [],
      [group('/g', '/b', '/a')],
      [],
    ],
    [
      'changed dependencies are changed back, and those of others stay',
      { '/g': { before: group('/g', '/a', '/b'), after: group('/g', '/b', '/c') } },
      [group('/g', '/b', '/c', '/d')],
      [],
      [group('/g', '/b', '/d', '/a')],
      [],
    ],
  ])('%s', (_name, groups, now, apps, putGroups, removeGroups) => {
    expect(revertChange(stateWith(now, apps), deploymentOf({ groups }))).toMatchObject({
      putGroups,
      removeGroups,
    });
  });
});

describe('the way back of apps', () => {
  it('puts changed and removed ones as they were, removes new ones, and names the configurations that stay', () => {
    const old = {
      ...app({ id: '/old', cmd: 'one' }),
      versionInfo: { lastScalingAt: 's', lastConfigChangeAt: 'c' },
    };
    const state = stateWith([], ['/old', '/new']);
    const deployment = deploymentOf({ originals: { '/old': old, '/new': null, '/gone': null } });
    expect(revertChange(state, deployment)).toEqual({
      put: [old],
      remove: ['/new'],
      putPods: [],
      removePods: [],
      keep: { '/old': 'c' },
      putGroups: [],
      removeGroups: [],
    });
  });
});

import type { App, Group } from '../../../../../frameworks/marathon/api/app';
import { cycleIn, layersOf } from '../../../../../frameworks/marathon/core/deployments/dependencies';
import { app } from '../../fake-cluster';

type Dependencies = Record<string, readonly string[]>;

function appsOf(dependencies: Dependencies): Map<string, App> {
  const template = app({});
  return new Map(
    Object.entries(dependencies).map(([id, needs]) => [id, { ...template, id, dependencies: needs }]),
  );
}

function groupsOf(dependencies: Dependencies): Map<string, Group> {
  return new Map(Object.entries(dependencies).map(([id, needs]) => [id, { id, dependencies: needs }]));
}

describe('layers', () => {
  it.each<[string, Dependencies, Dependencies, Record<string, number>]>([
    ['none', { '/a': [], '/b': [] }, {}, { '/a': 0, '/b': 0 }],
    ['a chain', { '/a': ['/b'], '/b': ['/c'], '/c': [] }, {}, { '/a': 2, '/b': 1, '/c': 0 }],
    ['the longest way', { '/a': ['/b', '/c'], '/b': ['/c'], '/c': [] }, {}, { '/a': 2, '/b': 1, '/c': 0 }],
    ['an app on a group', { '/a': ['/g'], '/g/x': ['/c'], '/c': [] }, {}, { '/a': 2, '/g/x': 1, '/c': 0 }],
    ['a group on a group', { '/f/a': [], '/g/x': [] }, { '/f': ['/g'] }, { '/f/a': 1, '/g/x': 0 }],
    ['a group on an app', { '/f/e/a': [], '/x': [] }, { '/f': ['/x'] }, { '/f/e/a': 1, '/x': 0 }],
    ['an empty or unknown path', { '/a': ['/none'] }, { '/b': ['/none'] }, { '/a': 0 }],
  ])('follow from %s', (_name, apps, groups, expected) => {
    const layers = layersOf(appsOf(apps), groupsOf(groups));
    expect(Object.fromEntries(Object.keys(apps).map((id) => [id, layers.get(id) ?? 0]))).toEqual(expected);
  });

  it('of long chains and large groups take no deep recursion and no edge for each pair', () => {
    const chain = Array.from({ length: 20_000 }, (_unused, index): [string, string[]] => [
      `/a${index}`,
      [`/a${index + 1}`],
    ]);
    expect(layersOf(appsOf(Object.fromEntries(chain)), new Map()).get('/a0')).toBe(19_999);
    const members = Array.from({ length: 5000 }, (_unused, index) => [`/f/a${index}`, `/g/a${index}`]).flat();
    const apps = appsOf(Object.fromEntries(members.map((id): [string, string[]] => [id, []])));
    expect(layersOf(apps, groupsOf({ '/f': ['/g'] })).get('/f/a0')).toBe(1);
  });
});

describe('a cycle', () => {
  it.each<[string, Dependencies, Dependencies, string | undefined]>([
    ['a chain', { '/a': ['/b'], '/b': [] }, {}, undefined],
    ['an app and itself', { '/a': ['/a'] }, {}, '/a depends on /a'],
    [
      'three apps',
      { '/a': ['/b'], '/b': ['/c'], '/c': ['/a'] },
      {},
      '/a depends on /b, which depends on /c, which depends on /a',
    ],
    [
      'an app and its group',
      { '/g/x': ['/a'], '/a': ['/g'] },
      {},
      '/g/x depends on /a, which depends on /g/*, which depends on /g/x',
    ],
    [
      'a group and a group in it',
      { '/g/h/x': [] },
      { '/g': ['/g/h'] },
      '/g/h/x depends on /g/h/*, which depends on /g/h/x',
    ],
    ['the root', { '/a': [] }, { '/': ['/'] }, '/a depends on /*, which depends on /a'],
    ['groups without apps', {}, { '/f': ['/g'], '/g': ['/f'] }, undefined],
  ])('of %s', (_name, apps, groups, expected) => {
    expect(cycleIn(appsOf(apps), groupsOf(groups))).toBe(expected);
  });
});

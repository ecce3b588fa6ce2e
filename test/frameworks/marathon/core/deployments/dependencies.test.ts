import { nextInteger, type Random, randomFrom } from '../../../../../cluster/model/random';
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

function allLayers(apps: Map<string, App>, groups: Map<string, Group>): Map<string, number> {
  return layersOf({ apps, pods: new Map() }, groups, [...apps.keys()]);
}

function anyCycle(apps: Map<string, App>, groups: Map<string, Group>): string | undefined {
  const all = { specs: [...apps.keys()], groups: [...groups.keys()] };
  return cycleIn({ apps, pods: new Map() }, groups, all);
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
    const layers = allLayers(appsOf(apps), groupsOf(groups));
    expect(Object.fromEntries(Object.keys(apps).map((id) => [id, layers.get(id) ?? 0]))).toEqual(expected);
  });

  it('of long chains and large groups take no deep recursion and no edge for each pair', () => {
    const chain = Array.from({ length: 20_000 }, (_unused, index): [string, string[]] => [
      `/a${index}`,
      [`/a${index + 1}`],
    ]);
    expect(allLayers(appsOf(Object.fromEntries(chain)), new Map()).get('/a0')).toBe(19_999);
    const members = Array.from({ length: 5000 }, (_unused, index) => [`/f/a${index}`, `/g/a${index}`]).flat();
    const apps = appsOf(Object.fromEntries(members.map((id): [string, string[]] => [id, []])));
    expect(allLayers(apps, groupsOf({ '/f': ['/g'] })).get('/f/a0')).toBe(1);
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
    expect(anyCycle(appsOf(apps), groupsOf(groups))).toBe(expected);
  });
});

describe('a change of a tree without cycles', () => {
  const PATHS = ['/a', '/b', '/g/a', '/g/b', '/g/h/a', '/f/a', '/f/b'];
  const GROUPS = ['/', '/g', '/g/h', '/f'];
  const some = (random: Random, list: readonly string[]): string[] =>
    list.filter(() => nextInteger(random, 4) === 0);

  function changed(
    random: Random,
    before: ReadonlyMap<string, App>,
    ids: readonly string[],
  ): Map<string, App> {
    const after = new Map(before);
    const put = appsOf(Object.fromEntries(ids.map((id) => [id, some(random, [...PATHS, ...GROUPS])])));
    for (const [id, changedApp] of put) {
      if (nextInteger(random, 4) === 0) after.delete(id);
      else after.set(id, changedApp);
    }
    return after;
  }

  it('has the cycles and the layers of the whole tree', () => {
    const random = randomFrom(7);
    let apps = new Map<string, App>();
    let groups = new Map<string, Group>();
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const ids = {
        specs: some(random, PATHS),
        groups: nextInteger(random, 3) === 0 ? some(random, GROUPS) : [],
      };
      const after = changed(random, apps, ids.specs);
      const needs = ids.groups.map((id) => [id, some(random, PATHS)]);
      const groupsAfter = new Map([...groups, ...groupsOf(Object.fromEntries(needs))]);
      const cycle = cycleIn({ apps: after, pods: new Map() }, groupsAfter, ids);
      expect(cycle).toBe(anyCycle(after, groupsAfter));
      if (cycle !== undefined) refused++;
      else {
        apps = after;
        groups = groupsAfter;
        const layers = layersOf({ apps, pods: new Map() }, groups, ids.specs);
        const all = allLayers(apps, groups);
        for (const id of ids.specs) expect(layers.get(id) ?? 0).toBe(all.get(id) ?? 0);
      }
    }
    expect(refused).toBeGreaterThan(300);
    expect(refused).toBeLessThan(2700);
  });
});

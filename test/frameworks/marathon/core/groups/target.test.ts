import { checkRoot, missingTarget, targetOf } from '../../../../../frameworks/marathon/core/groups/target';
import type { RootChange } from '../../../../../frameworks/marathon/core/state/events';
import { app, FakeCluster } from '../../fake-cluster';

const VERSION = '2031-01-01T00:00:00.000Z';

function cluster(settings = {}): FakeCluster {
  const started = new FakeCluster({ settings });
  started.put({ id: '/a/x' }, { id: '/a/b/y' }, { id: '/z' });
  started.change({ putGroups: [{ id: '/e/f', dependencies: [] }] });
  return started;
}

const group = (id: string, ...dependencies: string[]) => ({ id, dependencies });

describe('the root after a change', () => {
  it.each<[string, RootChange, string[], string[]]>([
    ['nothing', {}, ['/a/x', '/a/b/y', '/z'], ['/', '/a', '/a/b', '/e', '/e/f']],
    [
      'an app deep down',
      { put: [app({ id: '/n/m/w' })] },
      ['/a/x', '/a/b/y', '/z', '/n/m/w'],
      ['/', '/a', '/a/b', '/e', '/e/f', '/n/m', '/n'],
    ],
    [
      'a group deep down',
      { putGroups: [group('/n/m')] },
      ['/a/x', '/a/b/y', '/z'],
      ['/', '/a', '/a/b', '/e', '/e/f', '/n/m', '/n'],
    ],
    [
      'the last app of a group gone',
      { remove: ['/a/b/y'] },
      ['/a/x', '/z'],
      ['/', '/a', '/a/b', '/e', '/e/f'],
    ],
    ['a group gone', { removeGroups: ['/a'] }, ['/z'], ['/', '/e', '/e/f']],
    ['the root gone', { removeGroups: ['/'] }, [], ['/']],
    [
      'an app in place of groups without apps',
      { put: [app({ id: '/e' })] },
      ['/a/x', '/a/b/y', '/z', '/e'],
      ['/', '/a', '/a/b'],
    ],
  ])('%s', (_name, change, apps, groups) => {
    const target = targetOf(cluster().state, change, VERSION);
    if ('refusal' in target) throw new Error(JSON.stringify(target));
    expect([...target.apps.keys()]).toEqual(apps);
    expect([...target.groups.keys()].sort()).toEqual([...groups].sort());
  });

  it('has new versions only for what differs', () => {
    const { state } = cluster();
    const target = targetOf(
      state,
      { put: [app({ id: '/z' }), app({ id: '/a/x', instances: 3 })], restart: ['/a/b/y'] },
      VERSION,
    );
    if ('refusal' in target) throw new Error(JSON.stringify(target));
    expect(target.apps.get('/z')).toBe(state.apps.get('/z'));
    expect(target.apps.get('/a/x')?.versionInfo).toEqual({
      lastScalingAt: VERSION,
      lastConfigChangeAt: state.apps.get('/a/x')?.versionInfo.lastConfigChangeAt,
    });
    expect(target.apps.get('/a/b/y')?.versionInfo.lastConfigChangeAt).toBe(VERSION);
  });
});

describe('the rules of the root', () => {
  it.each<[string, RootChange, string[]]>([
    [
      'an app where a group with apps is',
      { put: [app({ id: '/a' })] },
      ['Groups and Applications may not have the same identifier.'],
    ],
    [
      'a group where an app is',
      { putGroups: [group('/z')] },
      ['Groups and Applications may not have the same identifier.'],
    ],
    [
      'an app below an app',
      { put: [app({ id: '/z/w' })] },
      ['Groups and Applications may not have the same identifier.'],
    ],
    ['a cycle', { putGroups: [group('/a', '/a/b')] }, ['Dependency graph has cyclic dependencies.']],
    [
      'more apps than allowed',
      { put: [app({ id: '/w' }), app({ id: '/v' })] },
      ['This Marathon instance may only handle up to 4 Apps! (Override with command line option --max_apps)'],
    ],
  ])('refuse %s', (_name, change, errors) => {
    const { state } = cluster({ maxApps: 4 });
    const target = targetOf(state, change, VERSION);
    if ('refusal' in target) throw new Error(JSON.stringify(target));
    expect(checkRoot(state, target)).toMatchObject({ code: 'invalid', details: [{ path: '/', errors }] });
  });

  it('name the apps of a cycle', () => {
    const { state } = cluster();
    const target = targetOf(
      state,
      { put: [app({ id: '/z', dependencies: ['/a/x'] }), app({ id: '/a/x', dependencies: ['/z'] })] },
      VERSION,
    );
    if ('refusal' in target) throw new Error(JSON.stringify(target));
    expect(checkRoot(state, target)).toMatchObject({
      details: [{ messages: ['/a/x depends on /z, which depends on /a/x.'] }],
    });
  });
});

test('what is to be removed or restarted has to be there', () => {
  const { state } = cluster();
  expect(missingTarget(state, { removeGroups: ['/a'], remove: ['/z'], restart: ['/a/x'] })).toBeUndefined();
  expect(missingTarget(state, { removeGroups: ['/q'] })).toEqual({
    code: 'missing',
    message: "Group '/q' does not exist",
  });
  expect(missingTarget(state, { restart: ['/a'] })).toEqual({
    code: 'missing',
    message: "App '/a' does not exist",
  });
});

import type { App, Group } from '../../../../../frameworks/marathon/api/app';
import { planDeployment } from '../../../../../frameworks/marathon/core/deployments/plan';
import { app } from '../../fake-cluster';

const NO_GROUPS = new Map<string, Group>();

function root(...apps: (Record<string, unknown> & { v?: string; c?: string })[]): Map<string, App> {
  return new Map(
    apps.map(({ v = '1', c = v, ...members }) => {
      const definition = {
        ...app(members),
        version: v,
        versionInfo: { lastScalingAt: v, lastConfigChangeAt: c },
      };
      return [definition.id, definition];
    }),
  );
}

function planned(before: Map<string, App>, after: Map<string, App>, groups = NO_GROUPS): string[][] {
  const pods = new Map();
  const changed = [...new Set([...after.keys(), ...before.keys()])];
  return planDeployment({ apps: before, pods }, { apps: after, pods }, groups, changed).map(({ actions }) =>
    actions.map(({ action, app: id }) => `${action} ${id}`),
  );
}

describe('a plan', () => {
  it('stops, starts, then goes by layers', () => {
    const before = root({ id: '/gone' }, { id: '/same' }, { id: '/more' }, { id: '/new-config' });
    const after = root(
      { id: '/same' },
      { id: '/more', v: '2', c: '1' },
      { id: '/new-config', v: '2', dependencies: ['/more'] },
      { id: '/fresh', v: '2', dependencies: ['/new-config'] },
    );
    expect(planned(before, after)).toEqual([
      ['StopApplication /gone'],
      ['StartApplication /fresh'],
      ['ScaleApplication /more'],
      ['RestartApplication /new-config'],
      ['ScaleApplication /fresh'],
    ]);
  });

  it('is empty when nothing changed, and only scales what goes to 0', () => {
    const apps = root({ id: '/a' });
    expect(planned(apps, apps)).toEqual([]);
    expect(planned(apps, root({ id: '/a', v: '2', instances: 0 }))).toEqual([['ScaleApplication /a']]);
  });

  it('takes a dependency on a group for one on all its apps', () => {
    const apps = root({ id: '/db/a' }, { id: '/db/b' }, { id: '/web', dependencies: ['/db'] });
    expect(planned(new Map(), apps).slice(1)).toEqual([
      ['ScaleApplication /db/a', 'ScaleApplication /db/b'],
      ['ScaleApplication /web'],
    ]);
  });
});

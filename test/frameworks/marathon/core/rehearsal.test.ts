import { hashOf } from '../../../../cluster/runtime/recording/canonical';
import { type Rehearsal, rehearse } from '../../../../frameworks/marathon/core/rehearsal';
import type { RootChange } from '../../../../frameworks/marathon/core/state/events';
import { agent, app, FakeCluster } from '../fake-cluster';

const BASE = { cpus: 3, instances: 4 };

function cluster(): FakeCluster {
  const agents = [agent(1, { cpus: 8 }), agent(2, { cpus: 8 }), agent(3, { cpus: 8 })];
  const started = new FakeCluster({ agents });
  started.put({ id: '/web', ...BASE }, { id: '/db', cpus: 1, instances: 2, healthChecks: [{ path: '/' }] });
  started.advance(10_000);
  return started;
}

function rehearsed({ state, clock }: FakeCluster, change: RootChange, force = false): Rehearsal {
  const before = hashOf(state);
  const rehearsal = rehearse(state, { change, force, now: clock.now() });
  expect(hashOf(state)).toBe(before);
  if ('refusal' in rehearsal) throw new Error(JSON.stringify(rehearsal.refusal));
  return rehearsal;
}

describe('a rehearsal', () => {
  it.each<[string, RootChange]>([
    ['scaling up', { put: [app({ id: '/web', ...BASE, instances: 6 })] }],
    ['scaling beyond what is there', { put: [app({ id: '/web', ...BASE, instances: 9 })] }],
    ['scaling down', { put: [app({ id: '/web', ...BASE, instances: 1 })] }],
    ['an upgrade', { put: [app({ id: '/web', ...BASE, cmd: 'next' })] }],
    ['an upgrade without room', { put: [app({ id: '/web', ...BASE, cpus: 8, instances: 3 })] }],
    ['a restart with health checks', { restart: ['/db'] }],
    ['a removal', { remove: ['/web'] }],
    ['several at once', { put: [app({ id: '/new', cpus: 1, dependencies: ['/web'] })], remove: ['/db'] }],
    ['the root', { removeGroups: ['/'] }],
  ])('of %s tells what then happens', (_name, change) => {
    const real = cluster();
    const rehearsal = rehearsed(real, change);
    const before = new Map([...real.state.instances].map(([id, { appId }]) => [id, appId]));
    const launches = real.tasks.size;
    expect(real.change(change)).toMatchObject({ ok: true });
    real.advance(60_000);
    const gone = [...before.keys()].filter((id) => !real.state.instances.has(id));
    expect(rehearsal.stop.map(({ instanceId }) => instanceId).sort()).toEqual(gone.sort());
    expect(rehearsal.start).toHaveLength(real.tasks.size - launches);
    expect(rehearsal.ends).toBe(real.state.deployments.size === 0);
    const waiting = [...real.state.waiting].map(([id, instances]) => [id, instances.size]);
    expect(rehearsal.wait.map(({ app: id, count }) => [id, count])).toEqual(waiting);
    for (const { refusals } of rehearsal.wait)
      expect(refusals.map(({ reasons }) => reasons)).toEqual([
        ['InsufficientCpus'],
        ['InsufficientCpus'],
        ['InsufficientCpus'],
      ]);
  });

  it('is refused as the change is, and tells what force would cancel', () => {
    const real = cluster();
    real.put({ id: '/web', ...BASE, cpus: 100 });
    const [deployment] = real.state.deployments.keys();
    const change = { restart: ['/web'] };
    expect(rehearse(real.state, { change, force: false, now: real.clock.now() })).toEqual({
      refusal: { code: 'locked', deployments: [deployment] },
    });
    expect(rehearsed(real, change, true).cancels).toEqual([deployment]);
    const cyclic = { put: [app({ id: '/db', dependencies: ['/db'] })] };
    expect(rehearse(real.state, { change: cyclic, force: true, now: real.clock.now() })).toMatchObject({
      refusal: { code: 'invalid' },
    });
  });

  it('of more than it can play says so', () => {
    const real = cluster();
    const change = {
      put: [app({ id: '/many', cpus: 0.001, mem: 0, instances: 20_000, portDefinitions: [] })],
    };
    expect(rehearsed(real, change)).toMatchObject({ complete: false, ends: false, wait: [] });
  });

  it('counts what has ended since the last offer as free', () => {
    const real = cluster();
    real.put({ id: '/web', ...BASE, instances: 0 });
    real.advance(10_000);
    expect(real.running('/web')).toEqual([]);
    const change = { put: [app({ id: '/big', cpus: 6, instances: 3 })] };
    expect(rehearsed(real, change)).toMatchObject({ ends: true, wait: [] });
  });
});

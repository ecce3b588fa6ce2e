import { cgroupsCpu, cpuSettings } from '../../../../../cluster/agent/containerizer/isolators/cgroups-cpu';
import { baseSpec, contextOf, resourcesOf, runOf, specOf } from './builders';

const FLAGS = { cgroups_enable_cfs: false, revocable_cpu_low_priority: true };
const revocable = resourcesOf('cpus:2').map((resource) => ({ ...resource, revocable: {} }));

describe('cgroups/cpu', () => {
  it.each([
    ['a cpu is 1024 shares', resourcesOf('cpus:1.5'), {}, FLAGS, { shares: 1536 }],
    ['there are 2 shares at least', resourcesOf('cpus:0.001'), {}, FLAGS, { shares: 2 }],
    ['a revocable cpu is 10 shares', revocable, {}, FLAGS, { shares: 20 }],
    [
      'or as many as others',
      revocable,
      {},
      { ...FLAGS, revocable_cpu_low_priority: false },
      { shares: 2048 },
    ],
    [
      'CFS limits to the request',
      resourcesOf('cpus:0.5'),
      {},
      { ...FLAGS, cgroups_enable_cfs: true },
      { shares: 512, period: 100_000, quota: 50_000 },
    ],
    [
      'to a millisecond at least',
      resourcesOf('cpus:0.001'),
      {},
      { ...FLAGS, cgroups_enable_cfs: true },
      { shares: 2, period: 100_000, quota: 1000 },
    ],
    [
      'a limit wins over the request, without CFS for all',
      resourcesOf('cpus:1'),
      { cpus: 2 },
      FLAGS,
      { shares: 1024, period: 100_000, quota: 200_000 },
    ],
    [
      'and it may be none',
      resourcesOf('cpus:1'),
      { cpus: Number.POSITIVE_INFINITY },
      { ...FLAGS, cgroups_enable_cfs: true },
      { shares: 1024, period: 100_000, quota: -1 },
    ],
  ])('%s', (_what, resources, limits, flags, settings) => {
    expect(cpuSettings({ resources, limits }, flags)).toEqual(settings);
  });

  it('changes the specification, but not that of a container in the cgroup of its parent', async () => {
    const isolator = cgroupsCpu(contextOf());
    const changes = await isolator.prepare?.(runOf());
    expect(changes?.specification?.(baseSpec()).linux.resources?.cpu).toEqual({ shares: 1024 });
    expect(await isolator.prepare?.(runOf({ parent: 'P' }))).toEqual({});
    const own = { type: 'MESOS', linux_info: { share_cgroups: false } } as const;
    expect((await isolator.prepare?.(runOf({ parent: 'P', container: own })))?.specification).toBeDefined();
  });

  it('refuses a container without cpus', () => {
    const { refusal } = cgroupsCpu(contextOf());
    expect(refusal?.(specOf({ resources: resourcesOf('mem:32') }))).toBe(
      "Failed to update subsystem 'cpu': No cpus resource given",
    );
    expect(refusal?.(specOf())).toBeUndefined();
  });
});

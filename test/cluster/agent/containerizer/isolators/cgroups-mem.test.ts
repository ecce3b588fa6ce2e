import {
  cgroupsMem,
  limitMessage,
  memorySettings,
  specifyMemory,
} from '../../../../../cluster/agent/containerizer/isolators/cgroups-mem';
import type { Limitation } from '../../../../../cluster/agent/core/state/container-spec';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { type FakeCgroups, fakeCgroups } from '../cgroups/fake-cgroups';
import { baseSpec, contextOf, resourcesOf, runOf, specOf } from './builders';

const MB = 1024 * 1024;
const NONE = Number.POSITIVE_INFINITY;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('cgroups/mem', () => {
  it.each([
    ['the limit is the request', 'mem:64', {}, false, { limit: 64 * MB, softLimit: 64 * MB }],
    ['32 MB at least', 'mem:1', {}, false, { limit: 32 * MB, softLimit: 32 * MB }],
    ['or the limit of the task', 'mem:64', { mem: 128 }, false, { limit: 128 * MB, softLimit: 64 * MB }],
    ['or none', 'mem:64', { mem: NONE }, false, { limit: NONE, softLimit: 64 * MB }],
    [
      'and it is one of swap, too',
      'mem:64',
      {},
      true,
      { limit: 64 * MB, softLimit: 64 * MB, withSwap: 64 * MB },
    ],
  ])('%s', (_what, resources, limits, limitSwap, settings) => {
    expect(memorySettings({ resources: resourcesOf(resources), limits }, { limitSwap })).toEqual(settings);
  });

  it('makes a task that may go beyond its request the first one to go', () => {
    const burstable = { limit: NONE, softLimit: 64 * MB };
    const specify = (change: object, settings = burstable) =>
      specifyMemory(specOf(change), settings, 1024 * MB)(baseSpec());
    expect(specify({}).process.oomScoreAdj).toBe(938);
    expect(specify({}).linux.resources?.memory).toEqual({ limit: -1, reservation: 64 * MB });
    expect(specify({ taskId: undefined }).process.oomScoreAdj).toBeUndefined();
    expect(specify({ taskId: undefined, parent: 'P' }).process.oomScoreAdj).toBe(938);
    expect(specify({}, { limit: 64 * MB, softLimit: 64 * MB }).process.oomScoreAdj).toBeUndefined();
  });

  it('says how much was used, in the words of Mesos', () => {
    expect(limitMessage({ limit: 32 * MB, peak: 32 * MB - 4096, stat: 'cache 0\nrss 1\n' })).toBe(
      'Memory limit exceeded: Requested: 32MB Maximum Used: 32764KB\n\nMEMORY STATISTICS: \ncache 0\nrss 1\n\n',
    );
    expect(limitMessage({ limit: undefined, peak: undefined, stat: undefined })).toBe(
      'Memory limit exceeded: ',
    );
  });

  it('refuses a container without memory', () => {
    expect(cgroupsMem(contextOf()).refusal?.(specOf({ resources: resourcesOf('cpus:1') }))).toBe(
      "Failed to update subsystem 'memory': No memory resource given",
    );
  });

  describe('when a process was killed at the limit', () => {
    let cgroups: FakeCgroups;
    beforeEach(() => {
      cgroups = fakeCgroups(1, ['memory']);
      cgroups.write('memory/mesos/C/memory.limit_in_bytes', `${64 * MB}\n`);
      cgroups.write('memory/mesos/C/memory.max_usage_in_bytes', `${64 * MB}\n`);
      cgroups.write('memory/mesos/C/memory.stat', 'cache 0\n');
    });
    afterEach(() => cgroups.remove());

    const hitLimit = () => {
      cgroups.write('memory/mesos/C/memory.failcnt', '1\n');
      cgroups.write('memory/mesos/C/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n');
    };

    it('ends the container within a second, and once', async () => {
      const clock = new VirtualClock();
      const limitations: Limitation[] = [];
      const isolator = cgroupsMem(contextOf({ hierarchies: cgroups.hierarchies, clock }));
      isolator.watch?.(runOf(), (limitation) => limitations.push(limitation));
      await clock.advanceSettled(2000, settled);
      expect(limitations).toEqual([]);
      hitLimit();
      await clock.advanceSettled(5000, settled);
      expect(limitations).toMatchObject([
        {
          reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
          message: expect.stringContaining('Requested: 64MB Maximum Used: 64MB'),
          resources: [{ name: 'mem', scalar: { value: 64 } }],
        },
      ]);
    });

    it('is asked for at the end of the program, too', async () => {
      const isolator = cgroupsMem(contextOf({ hierarchies: cgroups.hierarchies }));
      expect(await isolator.limitation?.(runOf())).toBeUndefined();
      hitLimit();
      expect(await isolator.limitation?.(runOf())).toMatchObject({
        reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
      });
    });

    it('ends the container around a nested one, whose counters go with it, too', async () => {
      const limitations: Limitation[] = [];
      const isolator = cgroupsMem(contextOf({ hierarchies: cgroups.hierarchies }));
      const parent = runOf({ command: undefined });
      isolator.watch?.(parent, (limitation) => limitations.push(limitation));
      const nested = runOf({ containerId: 'C.n', parent: 'C' }, { cgroup: '/mesos/C/n', parent });
      cgroups.write('memory/mesos/C/memory.failcnt', '1\n');
      expect(await isolator.limitation?.(nested)).toBeUndefined();
      cgroups.write('memory/mesos/C/n/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n');
      const limitation = await isolator.limitation?.(nested);
      expect(limitation?.message).toContain('Requested: 64MB');
      expect(limitations).toEqual([limitation]);
    });
  });
});

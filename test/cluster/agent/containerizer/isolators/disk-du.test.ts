import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  diskDu,
  diskLimitation,
  diskQuotas,
  diskStatistics,
} from '../../../../../cluster/agent/containerizer/isolators/disk-du';
import { diskUse } from '../../../../../cluster/agent/containerizer/isolators/disk-use';
import type { Limitation } from '../../../../../cluster/agent/core/state/container-spec';
import type { Resource } from '../../../../../cluster/api/generated/mesos';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { until } from '../../../runtime/eventually';
import { configOf, contextOf, resourcesOf, runOf } from './builders';

const MB = 1024 * 1024;
const SANDBOX = resourcesOf('disk:1');
const volume = (container_path: string, type?: 'MOUNT'): Resource => ({
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 2 },
  disk: {
    persistence: { id: 'v' },
    volume: { container_path, mode: 'RW' },
    ...(type === undefined ? {} : { source: { type } }),
  },
});

describe('disk/du', () => {
  it('has a quota for the sandbox, and one for each volume', () => {
    expect(
      diskQuotas('/s', [...SANDBOX, volume('data'), volume('/abs'), ...resourcesOf('cpus:1')]),
    ).toMatchObject([
      { path: '/s', bytes: MB },
      { path: '/s/data', bytes: 2 * MB },
      { path: '/abs', bytes: 2 * MB },
    ]);
    expect(diskQuotas('/s', [])).toEqual([]);
  });

  it.each<[string, readonly Resource[], number, string | undefined]>([
    ['at the quota', SANDBOX, MB, undefined],
    ['above it', SANDBOX, MB + 1024, 'Disk usage (1025KB) exceeds quota (1MB)'],
    ['a disk of its own has its own limit', [volume('/s', 'MOUNT')], 3 * MB, undefined],
    ['a volume', [volume('/s')], 3 * MB, 'Disk usage (3MB) exceeds quota (2MB)'],
  ])('%s', (_what, resources, bytes, message) => {
    const limitation = diskLimitation(diskQuotas('/s', resources), new Map([['/s', bytes]]));
    expect(limitation?.message).toBe(message);
    if (limitation)
      expect(limitation).toMatchObject({ reason: 'REASON_CONTAINER_LIMITATION_DISK', resources });
  });

  it('tells the use of volumes, and that of the sandbox at the end', () => {
    const quotas = diskQuotas('/s', [...SANDBOX, volume('data')]);
    expect(diskStatistics('/s', quotas, new Map([['/s', 5]]))).toEqual({
      disk_limit_bytes: MB,
      disk_used_bytes: 5,
      disk_statistics: [
        { persistence: { id: 'v' }, limit_bytes: 2 * MB, used_bytes: undefined },
        { limit_bytes: MB, used_bytes: 5 },
      ],
    });
    expect(diskStatistics('/s', [], new Map())).toEqual({});
  });

  describe('on a disk', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'meseta-du-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('counts what is in a folder, without what is excluded', async () => {
      for (const name of ['a', 'b[1]']) {
        mkdirSync(join(folder, name));
        writeFileSync(join(folder, name, 'file'), Buffer.alloc(MB, 'x'));
      }
      expect(await diskUse(folder, [])).toBeGreaterThanOrEqual(2 * MB);
      expect(await diskUse(folder, [join(folder, 'b[1]')])).toBeLessThan(2 * MB);
      symlinkSync(join(folder, 'a'), join(folder, 'link'));
      expect(await diskUse(`${join(folder, 'link')}/`, [])).toBeGreaterThanOrEqual(MB);
      await expect(diskUse(join(folder, 'missing'), [])).rejects.toThrow(/^Failed to perform 'du'/);
    });

    it('counts what is written into the file system of an image for the sandbox, and volumes where they are', async () => {
      const workDir = join(folder, 'work');
      const write = (place: string): void => {
        mkdirSync(place, { recursive: true });
        writeFileSync(join(place, 'file'), Buffer.alloc(MB, 'x'));
      };
      // Of an image volume nothing counts.
      for (const name of ['1/upper', '2/upper']) write(join(workDir, 'provisioner/containers/C', name));
      write(join(workDir, 'volumes/roles/*/v'));
      const sandbox = join(folder, 'sandbox');
      mkdirSync(join(sandbox, 'data'), { recursive: true });
      const clock = new VirtualClock();
      const isolator = diskDu(contextOf({ clock, workDir }));
      const resources = [...SANDBOX, volume('data')];
      const container = { type: 'MESOS', mesos: { image: { type: 'DOCKER' } } } as const;
      const run = runOf({ directory: sandbox, resources, container });
      isolator.watch?.(run, () => undefined);
      clock.advance(15_000);
      await until(() => clock.next() !== undefined);
      const { disk_statistics: [ofVolume, ofSandbox] = [] } = (await isolator.usage?.(run, [])) ?? {};
      for (const { used_bytes } of [ofVolume ?? {}, ofSandbox ?? {}]) {
        expect(used_bytes).toBeGreaterThanOrEqual(MB);
        expect(used_bytes).toBeLessThan(1.5 * MB);
      }
      await isolator.cleanup?.(run);
    });

    it.each([true, false])('ends a container above its quota: %s', async (enforced) => {
      writeFileSync(join(folder, 'file'), Buffer.alloc(2 * MB, 'x'));
      const clock = new VirtualClock();
      const args = enforced ? ['--enforce_container_disk_quota'] : [];
      const isolator = diskDu(contextOf({ clock, config: configOf(...args) }));
      const limitations: Limitation[] = [];
      const run = runOf({ directory: folder, resources: SANDBOX });
      isolator.watch?.(run, (limitation) => limitations.push(limitation));
      clock.advance(15_000);
      await until(() => clock.next() !== undefined || limitations.length > 0);
      const usage = await isolator.usage?.(run, []);
      expect(usage?.disk_used_bytes).toBeGreaterThan(MB);
      expect(limitations.map(({ reason }) => reason)).toEqual(
        enforced ? ['REASON_CONTAINER_LIMITATION_DISK'] : [],
      );
      await isolator.cleanup?.(run);
      expect(clock.next()).toBeUndefined();
    });
  });
});

/**
 * The contract of isolators, for each of them: see `isolators/isolator.ts`.
 */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cgroupFolders } from '../../../../../cluster/agent/containerizer/isolators/cgroup-folders';
import type { IsolatorContext } from '../../../../../cluster/agent/containerizer/isolators/context';
import { hostname } from '../../../../../cluster/agent/containerizer/isolators/hostname';
import type {
  Changes,
  ContainerRun,
  Isolator,
} from '../../../../../cluster/agent/containerizer/isolators/isolator';
import { MAKERS } from '../../../../../cluster/agent/containerizer/isolators/make-isolators';
import { unmetAsks } from '../../../../../cluster/agent/containerizer/isolators/unmet-asks';
import type { ContainerInfo, Volume } from '../../../../../cluster/api/generated/mesos';
import { VirtualClock } from '../../../../../cluster/runtime/clock';
import { fakeCgroups } from '../cgroups/fake-cgroups';
import { FakeDvdcli } from '../external-volumes/fake-dvdcli';
import { baseSpec, configOf, contextOf, resourcesOf, runOf } from './builders';

const ALWAYS: readonly (readonly [string, (context: IsolatorContext) => Isolator])[] = [
  ['unmet asks', unmetAsks],
  ['cgroup folders', cgroupFolders],
  ['hostname', hostname],
];
const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'pids', 'blkio', 'devices', 'net_cls'];

describe.each([...MAKERS, ...ALWAYS])('the isolator %s', (name, make) => {
  let folder: string;
  let cgroups: ReturnType<typeof fakeCgroups>;
  let clock: VirtualClock;
  let run: ContainerRun;
  const path = process.env['PATH'];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'meseta-isolator-'));
    cgroups = fakeCgroups(1, CONTROLLERS);
    clock = new VirtualClock();
    process.env['PATH'] = new FakeDvdcli(folder).path;
    for (const part of ['run', 'sandbox', 'profiles']) mkdirSync(join(folder, part));
    writeFileSync(
      join(folder, 'profiles/p.json'),
      JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', archMap: [], syscalls: [] }),
    );
    run = runOf(
      {
        directory: join(folder, 'sandbox'),
        resources: resourcesOf('cpus:1;mem:64;disk:10;gpus:1;ports:[31000-31001]'),
        command: {
          value: 'true',
          environment: { variables: [{ name: 'KEY', type: 'SECRET', secret: SECRET }] },
        },
        container: everything(folder),
      },
      { folder: join(folder, 'run') },
    );
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
    cgroups.remove();
  });

  const isolator = (): Isolator =>
    make(
      contextOf({
        clock,
        hierarchies: cgroups.hierarchies,
        isolation: [...MAKERS.keys()],
        config: configOf(
          `--seccomp_config_dir=${join(folder, 'profiles')}`,
          '--nvidia_gpu_devices=0',
          '--cgroups_net_cls_primary_handle=0x10',
          '--enforce_container_disk_quota',
          '--enforce_container_ports',
          `--docker_volume_checkpoint_dir=${join(folder, 'claims')}`,
        ),
      }),
    );
  const specified = ({ specification }: Changes = {}) => specification?.(baseSpec());

  it('has its name', () => {
    expect(isolator().name).toBe(name);
  });

  it('prepares again what it has prepared, with the same changes, which change nothing in place', async () => {
    const own = isolator();
    expect(own.refusal?.(run.spec)).toBeUndefined();
    const first = await own.prepare?.(run);
    const second = await own.prepare?.(run);
    expect(specified(second)).toEqual(specified(first));
    expect(second?.mounts).toEqual(first?.mounts);
    expect(second?.environment).toEqual(first?.environment);
    await own.cleanup?.(run);
  });

  it('cleans up without a prepare, after one, after a recovery, and twice', async () => {
    await isolator().cleanup?.(run);
    const own = isolator();
    await own.prepare?.(run);
    // The agent was killed here, and another one takes over.
    const restarted = isolator();
    await restarted.recover?.(run);
    await restarted.cleanup?.(run);
    await restarted.cleanup?.(run);
    expect(existsSync(join(folder, 'sandbox'))).toBe(true);
  });

  it('leaves no timer after cleanup or stop', async () => {
    const own = isolator();
    await own.prepare?.(run);
    own.watch?.(run, () => undefined);
    await own.cleanup?.(run);
    expect(clock.next()).toBeUndefined();
    own.watch?.(run, () => undefined);
    own.stop?.();
    expect(clock.next()).toBeUndefined();
  });

  it('says nothing of a container that is gone', async () => {
    const own = isolator();
    expect(await own.limitation?.(run)).toBeUndefined();
    await own.usage?.(run, []);
    await own.status?.(run);
  });
});

const asRoot = process.getuid?.() === 0;
const SECRET = { type: 'VALUE', value: { data: 'aHVudGVyMg==' } } as const;
/** Volumes that are mounted on the host, which root alone can do. */
const MOUNTED: readonly Volume[] = [
  { mode: 'RO', container_path: 'key', source: { type: 'SECRET', secret: SECRET } },
  {
    mode: 'RW',
    container_path: 'data',
    source: { type: 'DOCKER_VOLUME', docker_volume: { driver: 'd', name: 'v' } },
  },
];

/** A container that asks for all that isolators can do. */
function everything(folder: string): ContainerInfo {
  return {
    type: 'MESOS',
    hostname: 'web',
    linux_info: {
      effective_capabilities: { capabilities: ['CHOWN'] },
      seccomp: { profile_name: 'p.json' },
    },
    rlimit_info: { rlimits: [{ type: 'RLMT_CORE' }] },
    volumes: [
      { mode: 'RW', container_path: 'host', host_path: join(folder, 'profiles') },
      { mode: 'RO', container_path: folder, host_path: 'own' },
      ...(asRoot ? MOUNTED : []),
    ],
  };
}

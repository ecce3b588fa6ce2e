/**
 * Isolators on this machine, as root: what they promise is tried by programs in containers. Without root or a runtime these
 * tests are skipped.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { weightOf } from '../../../../../cluster/agent/containerizer/cgroups/cpu';
import { readCgroupFile } from '../../../../../cluster/agent/containerizer/cgroups/files';
import { cgroupFolder } from '../../../../../cluster/agent/containerizer/cgroups/hierarchies';
import { readLimit } from '../../../../../cluster/agent/containerizer/cgroups/memory';
import type { Container } from '../../../../../cluster/agent/containerizer/port';
import type { ContainerSpec, Termination } from '../../../../../cluster/agent/core/state/container-spec';
import type { LinuxInfo } from '../../../../../cluster/api/generated/mesos';
import { pressureProgram } from '../../../../../cluster/runtime/pressure/memory-pressure';
import { Place, runtime } from '../place';
import { resourcesOf } from './builders';
import { HIERARCHY, hierarchies, isolated } from './isolated';

const MB = 1024 * 1024;
const check = 'path' in runtime ? it : it.skip;
const hasControllers = ['cpu', 'memory', 'pids'].every((name) => hierarchies.controllers.has(name));
const checkCgroups = 'path' in runtime && hasControllers ? it : it.skip;

const checkPressure =
  pressureProgram() !== undefined && existsSync(join(HIERARCHY, 'memory/memory.pressure_level'))
    ? checkCgroups
    : it.skip;

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

const containerizerOf = (...args: readonly string[]) => isolated(place, args);

const specOf = (command: string, change: Partial<ContainerSpec> = {}): ContainerSpec =>
  place.spec(command, { taskId: 'T', resources: resourcesOf('cpus:1;mem:64'), ...change });

/** Runs a program to its end. */
async function run(args: readonly string[], spec: ContainerSpec): Promise<Termination> {
  const containers = containerizerOf(...args);
  const container = await containers.launch(spec);
  const termination = await container.ended;
  await containers.destroy(spec.containerId);
  return termination;
}

/** Runs a program, looks at it, and ends it. */
async function whileRunning<T>(
  args: readonly string[],
  spec: ContainerSpec,
  look: (container: Container) => Promise<T>,
): Promise<T> {
  const containers = containerizerOf(...args);
  const container = await containers.launch(spec);
  try {
    return await look(container);
  } finally {
    await containers.destroy(spec.containerId);
  }
}

const cgroupOf = (spec: ContainerSpec): string => `/${place.cgroupsRoot}/${spec.containerId}`;
const cgroupText = (spec: ContainerSpec, controller: string, file: string): string | undefined =>
  readCgroupFile(cgroupFolder(hierarchies, controller, cgroupOf(spec)), file)?.trim();

/** The shares of a container, or the weight that they are in v2. */
function sharesOf(spec: ContainerSpec): string | undefined {
  return cgroupText(spec, 'cpu', hierarchies.version === 1 ? 'cpu.shares' : 'cpu.weight');
}

const shares = (count: number): string => String(hierarchies.version === 1 ? count : weightOf(count));
const softLimitOf = (spec: ContainerSpec): number =>
  Number(cgroupText(spec, 'memory', hierarchies.version === 1 ? 'memory.soft_limit_in_bytes' : 'memory.low'));

/** Takes memory until it is killed. */
const HOG = `exec ${process.execPath} -e 'const kept = []; for (;;) kept.push(Buffer.alloc(1048576, 1))'`;

describe('cgroups/mem', () => {
  checkCgroups('ends a program that takes more memory than it has, and says so', async () => {
    const termination = await run(['--isolation=cgroups/mem'], specOf(HOG));
    expect(termination).toMatchObject({
      reason: 'REASON_CONTAINER_LIMITATION_MEMORY',
      message: expect.stringMatching(
        /^Memory limit exceeded: Requested: 64MB (Maximum Used: 64MB\n)?\nMEMORY STATISTICS: \n(cache|anon) /,
      ),
      limitedResources: [{ name: 'mem' }],
    });
  });

  checkCgroups('ends a container whose program goes on without the process that was killed', async () => {
    const termination = await run(['--isolation=cgroups/mem'], specOf(`(${HOG}); sleep 60`));
    expect(termination.reason).toBe('REASON_CONTAINER_LIMITATION_MEMORY');
  });

  checkCgroups('leaves one that keeps to its limit alone, and one that has none', async () => {
    expect(await run(['--isolation=cgroups/mem'], specOf('exit 3'))).toEqual({
      status: { code: 3 },
      message: '',
    });
  });

  checkCgroups('has a limit above the request, raises it at once, and tells the use', async () => {
    const spec = specOf('sleep 60', { limits: { mem: 128 } });
    await whileRunning(['--isolation=cgroups/mem'], spec, async (container) => {
      expect(readLimit(hierarchies, cgroupOf(spec))).toBe(128 * MB);
      expect(softLimitOf(spec)).toBe(64 * MB);
      expect(Number(readFileSync(`/proc/${container.pid}/oom_score_adj`, 'utf8'))).toBeGreaterThan(900);
      const usage = await container.usage();
      expect(usage.mem_total_bytes).toBeGreaterThan(0);
      expect(usage.mem_limit_bytes).toBe(128 * MB);
    });
  });

  checkPressure('counts the events of memory pressure, of each level', async () => {
    const spec = specOf(
      // Again and again: the first round may be over before the events are counted.
      'while :; do dd if=/dev/zero of=big bs=1M count=200 2> /dev/null; rm big; done',
    );
    await whileRunning(['--isolation=cgroups/mem'], spec, async (container) => {
      const counts = async (): Promise<number> => Number((await container.usage()).mem_low_pressure_counter);
      while ((await counts()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      const { mem_medium_pressure_counter, mem_critical_pressure_counter } = await container.usage();
      expect([mem_medium_pressure_counter, mem_critical_pressure_counter]).toEqual([
        expect.any(Number),
        expect.any(Number),
      ]);
    });
  });

  checkCgroups('follows an update', async () => {
    const containers = containerizerOf('--isolation=cgroups/mem,cgroups/cpu');
    const spec = specOf('sleep 60');
    await containers.launch(spec);
    await containers.update(spec.containerId, { resources: resourcesOf('cpus:2;mem:128'), limits: {} });
    expect(readLimit(hierarchies, cgroupOf(spec))).toBe(128 * MB);
    expect(sharesOf(spec)).toBe(shares(2048));
    await containers.destroy(spec.containerId);
  });
});

describe('cgroups/cpu', () => {
  checkCgroups('gives shares, and with CFS no more than the cpus', async () => {
    const spec = specOf('while :; do :; done', { resources: resourcesOf('cpus:0.1;mem:64') });
    await whileRunning(['--isolation=cgroups/cpu', '--cgroups_enable_cfs'], spec, async (container) => {
      expect(sharesOf(spec)).toBe(shares(102));
      if (hierarchies.version === 1) expect(cgroupText(spec, 'cpu', 'cpu.cfs_quota_us')).toBe('10000');
      else expect(cgroupText(spec, 'cpu', 'cpu.max')).toBe('10000 100000');
      const started = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const usage = await container.usage();
      const used = (usage.cpus_user_time_secs ?? 0) + (usage.cpus_system_time_secs ?? 0);
      expect(used).toBeLessThan(0.4 * ((Date.now() - started) / 1000));
      expect(usage.cpus_nr_throttled).toBeGreaterThan(0);
    });
  });
});

describe('cgroups/pids', () => {
  checkCgroups('lets a container fork as often as its limit allows', async () => {
    const spec = specOf('for i in 1 2 3 4 5 6 7 8 9; do sleep 30 & done; echo forked');
    const args = ['--isolation=cgroups/pids', '--cgroups_pids_limit=5'];
    const { status } = await run(args, spec);
    expect(status).not.toEqual({ code: 0 });
    expect(place.output(spec, 'stderr')).toMatch(/fork/i);
  });

  checkCgroups('counts', async () => {
    const spec = specOf('sleep 60 & sleep 60');
    await whileRunning(['--isolation=cgroups/pids'], spec, async (container) => {
      const usage = await container.usage();
      expect(usage.processes).toBeGreaterThanOrEqual(1);
      expect(usage.threads).toBeGreaterThanOrEqual(usage.processes ?? 0);
    });
  });
});

describe('cgroups/devices', () => {
  const command = 'head -c 1 /dev/zero > /dev/null && echo zero; (: < /dev/kmsg) && echo kmsg';

  checkCgroups('refuses devices that are not allowed, in nested containers, too', async () => {
    const spec = specOf(command);
    await run(['--isolation=cgroups/devices'], spec);
    expect(place.output(spec)).toBe('zero\n');
    expect(place.output(spec, 'stderr')).toMatch(/Operation not permitted/);
  });

  checkCgroups('allows those of its flag', async () => {
    const devices = '{"allowed_devices": [{"device": {"path": "/dev/kmsg"}, "access": {"read": true}}]}';
    const spec = specOf(command);
    await run(['--isolation=cgroups/devices', `--allowed_devices=${devices}`], spec);
    expect(place.output(spec)).toBe('zero\nkmsg\n');
  });

  checkCgroups('lets a nested container have what its parent has', async () => {
    const containers = containerizerOf('--isolation=cgroups/devices,cgroups/mem,cgroups/cpu');
    const parent = specOf('unused', { command: undefined, taskId: undefined });
    await containers.launch(parent);
    const nested = place.spec(command, {
      containerId: `${parent.containerId}.n`,
      parent: parent.containerId,
      directory: join(parent.directory, 'tasks/n'),
    });
    const container = await containers.launch(nested);
    await container.ended;
    expect(place.output(nested)).toBe('zero\n');
    await containers.destroy(parent.containerId);
  });

  checkCgroups('ends the containers in one that goes beyond its limit together', async () => {
    const containers = containerizerOf('--isolation=cgroups/cpu,cgroups/mem');
    const parent = specOf('unused', { command: undefined, taskId: undefined });
    const container = await containers.launch(parent);
    const nested = place.spec(HOG, {
      containerId: `${parent.containerId}.n`,
      parent: parent.containerId,
      directory: join(parent.directory, 'tasks/n'),
    });
    await containers.launch(nested);
    expect(await container.ended).toMatchObject({ reason: 'REASON_CONTAINER_LIMITATION_MEMORY' });
    await containers.destroy(parent.containerId);
  });
});

describe('privileges', () => {
  const asking = (linux_info: LinuxInfo): Partial<ContainerSpec> => ({
    container: { type: 'MESOS', linux_info },
  });

  check('posix/rlimits limits processes', async () => {
    const spec = specOf('ulimit -n; ulimit -Hn; ulimit -c', {
      container: {
        type: 'MESOS',
        rlimit_info: { rlimits: [{ type: 'RLMT_NOFILE', soft: 64, hard: 128 }, { type: 'RLMT_CORE' }] },
      },
    });
    await run(['--isolation=posix/rlimits'], spec);
    expect(place.output(spec)).toBe('64\n128\nunlimited\n');
  });

  check('linux/capabilities drops what was not asked for', async () => {
    const spec = specOf('grep -E "Cap(Bnd|Eff)" /proc/self/status; chown 1 stdout || echo refused', {
      ...asking({ effective_capabilities: { capabilities: ['NET_BIND_SERVICE'] } }),
    });
    await run(['--isolation=linux/capabilities'], spec);
    expect(place.output(spec)).toBe('CapEff:\t0000000000000400\nCapBnd:\t0000000000000400\nrefused\n');
  });

  check('linux/capabilities gives another user than root what was asked for', async () => {
    const spec = specOf('grep CapEff /proc/self/status', {
      user: 'nobody',
      ...asking({ effective_capabilities: { capabilities: ['NET_BIND_SERVICE'] } }),
    });
    await run(['--isolation=linux/capabilities'], spec);
    expect(place.output(spec)).toBe('CapEff:\t0000000000000400\n');
  });

  check('linux/nnp keeps programs from new privileges', async () => {
    const spec = specOf('grep NoNewPrivs /proc/self/status');
    await run(['--isolation=linux/nnp'], spec);
    expect(place.output(spec)).toBe('NoNewPrivs:\t1\n');
  });

  check('linux/seccomp denies system calls', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      archMap: [
        { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
        { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: [] },
      ],
      syscalls: [
        { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', args: [], includes: {}, excludes: {} },
      ],
    };
    writeFileSync(join(place.root, 'profile.json'), JSON.stringify(profile));
    const spec = specOf('touch file && echo touched; mkdir folder || echo refused');
    await run(
      [
        '--isolation=linux/seccomp',
        `--seccomp_config_dir=${place.root}`,
        '--seccomp_profile_name=profile.json',
      ],
      spec,
    );
    expect(place.output(spec)).toBe('touched\nrefused\n');
  });

  check('a container has its hostname, and the host keeps its own', async () => {
    const spec = specOf('hostname', { container: { type: 'MESOS', hostname: 'meseta-web-1' } });
    await run([], spec);
    expect(place.output(spec)).toBe('meseta-web-1\n');
  });
});

describe('volumes', () => {
  check('volume/host_path shows a folder of the host, which may be read-only', async () => {
    writeFileSync(join(place.root, 'file'), 'from the host\n');
    const spec = specOf('cat in/file; touch in/new || echo refused', {
      container: {
        type: 'MESOS',
        volumes: [
          {
            mode: 'RO',
            container_path: 'in',
            source: { type: 'HOST_PATH', host_path: { path: place.root } },
          },
        ],
      },
    });
    await run(['--isolation=volume/host_path'], spec);
    expect(place.output(spec)).toBe('from the host\nrefused\n');
  });

  check('volume/sandbox_path gives nested containers a folder of their parent', async () => {
    const containers = containerizerOf();
    const parent = specOf('unused', { command: undefined, taskId: undefined });
    await containers.launch(parent);
    const outputs: string[] = [];
    for (const name of ['a', 'b']) {
      const nested = place.spec(`echo ${name} >> shared/file; cat shared/file`, {
        containerId: `${parent.containerId}.${name}`,
        parent: parent.containerId,
        directory: join(parent.directory, 'tasks', name),
        container: {
          type: 'MESOS',
          volumes: [
            {
              mode: 'RW',
              container_path: 'shared',
              source: { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path: 'files' } },
            },
          ],
        },
      });
      await (await containers.launch(nested)).ended;
      outputs.push(place.output(nested));
    }
    expect(outputs).toEqual(['a\n', 'a\nb\n']);
    await containers.destroy(parent.containerId);
  });
});

describe('disk/du', () => {
  it('ends a container that fills its disk', async () => {
    const spec = specOf('head -c 3000000 /dev/zero > file; sleep 60', {
      resources: resourcesOf('cpus:1;mem:64;disk:1'),
    });
    const termination = await run(
      ['--isolation=disk/du', '--enforce_container_disk_quota', '--container_disk_watch_interval=50ms'],
      spec,
    );
    expect(termination).toMatchObject({
      reason: 'REASON_CONTAINER_LIMITATION_DISK',
      message: expect.stringMatching(/^Disk usage \(\d+KB\) exceeds quota \(1MB\)$/),
    });
  });
});

describe('network/ports', () => {
  it('ends a container that listens on a port it does not have', async () => {
    const listen = `require("net").createServer().listen(0, "127.0.0.1")`;
    const spec = specOf(`exec ${process.execPath} -e '${listen}'`);
    const termination = await run(
      ['--isolation=network/ports', '--enforce_container_ports', '--container_ports_watch_interval=100ms'],
      spec,
    );
    expect(termination).toMatchObject({
      reason: 'REASON_CONTAINER_LIMITATION',
      message: expect.stringMatching(/^Container \S+ is listening on unallocated port\(s\): \[\d+-\d+\]$/),
    });
  });
});

describe('what a container asks for', () => {
  it('is refused when its isolator is not on', async () => {
    const spec = specOf('true', {
      container: { type: 'MESOS', rlimit_info: { rlimits: [{ type: 'RLMT_CORE' }] } },
    });
    await expect(containerizerOf().launch(spec)).rejects.toThrow(
      'ContainerInfo.rlimit_info needs the isolator posix/rlimits, which --isolation of this agent does not have',
    );
  });
});

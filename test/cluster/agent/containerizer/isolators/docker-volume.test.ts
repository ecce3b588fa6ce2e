/**
 * Volumes of dvdcli in containers on this machine. Without root or a runtime those that run are skipped.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dockerVolume,
  dockerVolumeError,
} from '../../../../../cluster/agent/containerizer/isolators/docker-volume';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import type { ContainerInfo, Volume } from '../../../../../cluster/api/generated/mesos';
import { FakeDvdcli } from '../external-volumes/fake-dvdcli';
import { Place, runtime } from '../place';
import { contextOf, resourcesOf, specOf } from './builders';
import { isolated } from './isolated';

const check = 'path' in runtime && process.getuid?.() === 0 ? it : it.skip;
const path = process.env['PATH'];
let place: Place;
let dvdcli: FakeDvdcli;
beforeEach(() => {
  place = new Place();
  dvdcli = new FakeDvdcli(join(place.root, 'dvdcli'));
  process.env['PATH'] = dvdcli.path;
});
afterEach(async () => {
  process.env['PATH'] = path;
  await place.close();
});

const volume = (
  name: string,
  change: Partial<Volume> = {},
  driver: string | undefined = 'rexray',
): Volume => ({
  mode: 'RW',
  container_path: name,
  source: { type: 'DOCKER_VOLUME', docker_volume: { driver, name } },
  ...change,
});
const mesos = (...volumes: readonly Volume[]): ContainerInfo => ({ type: 'MESOS', volumes });
const claimsDir = (): string => join(place.root, 'claims');
const flags = (): readonly string[] => [
  '--isolation=docker/volume',
  `--docker_volume_checkpoint_dir=${claimsDir()}`,
];
const containers = (...args: readonly string[]) => isolated(place, [...flags(), ...args]);
const withVolumes = (command: string, ...volumes: readonly Volume[]): ContainerSpec =>
  place.spec(command, { container: mesos(...volumes), resources: resourcesOf('cpus:1;mem:64') });

async function failureOf(of: ReturnType<typeof containers>, spec: ContainerSpec): Promise<string> {
  return await of.launch(spec).then(
    () => 'launched',
    (error: unknown) => (error as Error).message,
  );
}

describe('a container with volumes of dvdcli', () => {
  check('has them mounted, with their options, and they are unmounted with its end', async () => {
    const driver_options = { parameter: [{ key: 'size', value: '5' }] };
    const source = {
      type: 'DOCKER_VOLUME',
      docker_volume: { driver: 'rexray', name: 'data', driver_options },
    } as const;
    const target = join(place.root, 'target');
    mkdirSync(target);
    const spec = withVolumes(
      `echo kept > data/file; ls -d data; touch ${target}/file 2>/dev/null || echo RO`,
      volume('data', { source }),
      volume('other', { container_path: target, mode: 'RO' }),
    );
    const containerizer = containers();
    await (await containerizer.launch(spec)).ended;
    await containerizer.destroy(spec.containerId);
    expect(place.output(spec)).toBe('data\nRO\n');
    expect(readFileSync(join(dvdcli.stored('rexray', 'data'), 'file'), 'utf8')).toBe('kept\n');
    expect(dvdcli.calls().toSorted()).toEqual([
      'mount --volumedriver=rexray --volumename=data --volumeopts=size=5',
      'mount --volumedriver=rexray --volumename=other',
      'unmount --volumedriver=rexray --volumename=data',
      'unmount --volumedriver=rexray --volumename=other',
    ]);
    expect(readdirSync(claimsDir())).toEqual([]);
  });

  check('shares one with another container, until the last of them ends', async () => {
    const containerizer = containers();
    const [first, second] = ['first', 'second'].map((name) =>
      withVolumes(`echo ${name} >> data/file; sleep 1000`, volume('data')),
    ) as [ContainerSpec, ContainerSpec];
    await containerizer.launch(first);
    await containerizer.launch(second);
    await containerizer.destroy(first.containerId);
    expect(dvdcli.isMounted('rexray', 'data')).toBe(true);
    await containerizer.destroy(second.containerId);
    expect(dvdcli.isMounted('rexray', 'data')).toBe(false);
    expect(dvdcli.calls().filter((call) => call.startsWith('unmount'))).toHaveLength(1);
  });

  check('keeps them over kill -9 of the agent, whose next one counts both and ends orphans', async () => {
    const spec = withVolumes('while [ ! -e go ]; do sleep 0.05; done; cat data/file', volume('data'));
    const orphan = withVolumes('sleep 1000', volume('data'), volume('mine'));
    const containerizer = containers();
    await containerizer.launch(spec);
    await containerizer.launch(orphan);
    writeFileSync(join(dvdcli.stored('rexray', 'data'), 'file'), 'kept');
    const next = containers();
    const [adopted] = await next.recover([spec.containerId]);
    expect([dvdcli.isMounted('rexray', 'data'), dvdcli.isMounted('rexray', 'mine')]).toEqual([true, false]);
    writeFileSync(join(spec.directory, 'go'), '');
    await adopted?.ended;
    await next.destroy(spec.containerId);
    expect(place.output(spec)).toBe('kept');
    expect(dvdcli.isMounted('rexray', 'data')).toBe(false);
  });

  check('has them unmounted by the next agent where nothing else is known of it', async () => {
    const claim = join(claimsDir(), 'unknown');
    mkdirSync(claim, { recursive: true });
    writeFileSync(join(claim, 'volumes'), '{"volumes":[{"driver":"rexray","name":"left"}]}');
    containers();
    while (existsSync(claim)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(dvdcli.calls()).toEqual(['unmount --volumedriver=rexray --volumename=left']);
  });

  check('is nested in another one, and ends before it', async () => {
    const containerizer = containers();
    const parent = place.spec(undefined, { resources: resourcesOf('cpus:1;mem:64') });
    await containerizer.launch(parent);
    const nested: Partial<ContainerSpec> = {
      containerId: `${parent.containerId}.task`,
      parent: parent.containerId,
      directory: join(parent.directory, 'containers/task'),
      container: mesos(volume('data')),
    };
    const spec = place.spec('touch data/seen; sleep 1000', nested);
    await containerizer.launch(spec);
    while (!existsSync(join(dvdcli.stored('rexray', 'data'), 'seen')))
      await new Promise((next) => setTimeout(next, 5));
    await containerizer.destroy(parent.containerId);
    expect(dvdcli.isMounted('rexray', 'data')).toBe(false);
  });

  check('owns the folder of one with --docker_volume_chown', async () => {
    const containerizer = containers('--docker_volume_chown');
    const spec = { ...withVolumes('sleep 1000', volume('data')), user: 'nobody' };
    await containerizer.launch(spec);
    expect(statSync(dvdcli.stored('rexray', 'data')).uid).toBe(65_534);
    await containerizer.destroy(spec.containerId);
  });

  check('fails with the words of dvdcli, and what has been mounted is unmounted', async () => {
    const spec = withVolumes('true', volume('data'), volume('bad', {}, 'broken'));
    expect(await failureOf(containers(), spec)).toBe(
      'Unexpected termination of the subprocess: error while mounting bad',
    );
    expect(dvdcli.isMounted('rexray', 'data')).toBe(false);
    expect(readdirSync(claimsDir())).toEqual([]);
    expect(await failureOf(containers(), withVolumes('true', volume('odd', {}, 'lies')))).toBe(
      "dvdcli tells no folder for the volume 'odd', but 'nowhere'",
    );
  });

  check('may be destroyed while dvdcli hangs, and other launches do not wait for it', async () => {
    const containerizer = isolated(place, flags(), { launchesMax: 1 });
    const spec = withVolumes('true', volume('data', {}, 'hangs'));
    const failure = failureOf(containerizer, spec);
    while (dvdcli.calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const other = await containerizer.launch(withVolumes('exit 3'));
    expect((await other.ended).status).toEqual({ code: 3 });
    await containerizer.destroy(other.id);
    await containerizer.destroy(spec.containerId);
    expect(await failure).toBe('Container destroyed while preparing isolators');
    expect(dvdcli.calls()).toEqual([
      'mount --volumedriver=hangs --volumename=data',
      'unmount --volumedriver=hangs --volumename=data',
    ]);
  });

  check('ends also when a volume cannot be unmounted, which the next start tries again', async () => {
    const containerizer = containers();
    const spec = withVolumes('exit 3', volume('data', {}, 'stuck'));
    const container = await containerizer.launch(spec);
    expect((await container.ended).status).toEqual({ code: 3 });
    await containerizer.destroy(spec.containerId);
    expect(readdirSync(claimsDir())).toEqual([spec.containerId]);
    const before = dvdcli.calls().length;
    containers();
    while (dvdcli.calls().length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    execFileSync('umount', [dvdcli.mounted('stuck', 'data')]);
  });
});

describe('the isolator docker/volume', () => {
  it('stops the start without dvdcli', () => {
    process.env['PATH'] = '/nonexistent';
    expect(() => dockerVolume(contextOf())).toThrow(
      "--isolation: The 'docker/volume' isolator cannot get dvdcli command: install dvdcli in the PATH of the agent",
    );
  });

  it.each<[readonly Volume[], string | undefined]>([
    [[volume('a'), volume('b'), volume('a', {}, 'other')], undefined],
    [
      [{ mode: 'RW', container_path: 'a', source: { type: 'DOCKER_VOLUME', docker_volume: { name: 'a' } } }],
      "The volume driver is not specified for volume 'a' with container C",
    ],
    [
      [volume('a'), volume('a', { container_path: 'b' })],
      "Found duplicate docker volume with driver 'rexray' and name 'a'",
    ],
    [[volume('a\0b')], 'A docker volume has a null byte in its driver, its name or its options'],
    [
      [{ mode: 'RW', container_path: 'a', source: { type: 'DOCKER_VOLUME' } }],
      "Invalid volume: 'source.docker_volume' is not set for DOCKER_VOLUME volume",
    ],
  ])('%# takes volumes that it can have, and refuses others with the reason', (volumes, reason) => {
    expect(dockerVolumeError(specOf({ container: mesos(...volumes) }))).toBe(reason);
  });
});

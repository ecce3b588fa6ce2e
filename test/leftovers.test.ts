import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findRuntime } from '../cluster/agent/containerizer/oci/runtime';
import { expectNothingLeft, leftovers } from './leftovers';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-leftovers-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const PATH = process.env['PATH'] ?? '';

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

test('nothing is left where nothing was done', async () => {
  await expectNothingLeft({ root, cgroupsRoot: basename(root), empty: [join(root, 'none')] });
});

test.each<[string, () => ChildProcess]>([
  ['its directory', () => spawn('sleep', ['1000'], { cwd: root, env: { PATH } })],
  ['its environment', () => spawn('sleep', ['1000'], { env: { PATH, OWN: `x${root}/y` } })],
  ['its arguments', () => spawn('sh', ['-c', 'read line', `--work_dir=${root}`], { env: { PATH } })],
  [
    'its output',
    () =>
      spawn('sleep', ['1000'], {
        env: { PATH },
        stdio: ['ignore', openSync(join(root, 'f'), 'w'), 'ignore'],
      }),
  ],
])('a process is found by %s', async (_by, begin) => {
  const child = begin();
  await new Promise((resolve) => child.once('spawn', resolve));
  expect(leftovers({ root })).toContainEqual(expect.stringMatching(`^process ${child.pid} s`));
  await end(child);
  expect(leftovers({ root })).toEqual([]);
});

test('a process that stays fails the test, and is ended by that', async () => {
  const child = spawn('sleep', ['1000'], { cwd: root, env: { PATH } });
  const ended = new Promise((resolve) => child.once('exit', (_status, signal) => resolve(signal)));
  await expect(expectNothingLeft({ root }, 100)).rejects.toThrow(
    /^left behind after \d+\.\d s, at a load of \d+\.\d:\nprocess \d+ sleep 1000 \(state S, age \d+\.\d s, parent \d+ .+, by cwd\)$/,
  );
  expect(await ended).toBe('SIGKILL');
});

test('files in folders that have to be empty are found, and links from outside', () => {
  mkdirSync(join(root, 'containers'));
  writeFileSync(join(root, 'containers', 'c1'), '');
  const link = `${root}-link`;
  symlinkSync(join(root, 'containers'), link);
  try {
    expect(leftovers({ root, empty: [join(root, 'containers')] })).toEqual([
      expect.stringMatching(`^file ${root}/containers/c1 \\(age \\d+\\.\\d s\\)$`),
      `link ${link}`,
    ]);
  } finally {
    rmSync(link);
  }
});

const asRoot = 'path' in findRuntime() ? test : test.skip;

asRoot(
  'mounts are found in other mount namespaces too, and kept namespaces among them (needs root and runc)',
  async () => {
    const namespaceFile = join(root, 'ns');
    writeFileSync(namespaceFile, '');
    const script = `mount -t tmpfs tmpfs ${root} && echo up && exec sleep 1000`;
    const child = spawn('unshare', ['--mount', '--propagation=private', 'sh', '-c', script], {
      env: { PATH },
    });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const mount = new RegExp(`^mount .* ${root} .*\\(as process ${child.pid} has it\\)$`);
      expect(leftovers({ root })).toContainEqual(expect.stringMatching(mount));
      execFileSync('unshare', [`--uts=${namespaceFile}`, 'true']);
      expect(leftovers({ root })).toContainEqual(
        expect.stringMatching(`^mount .* ${namespaceFile} .* nsfs nsfs `),
      );
      execFileSync('umount', [namespaceFile]);
    } finally {
      await end(child);
    }
    // Containers of tests beside this one have copies of the mounts of the host while they run.
    await expectNothingLeft({ root });
  },
);

test('all that is left on a host of the test is told', () => {
  expect(leftovers({ root, onHost: () => ['veth12345678'] })).toEqual(['on the host veth12345678']);
});

asRoot('cgroups of the test are found (needs root and runc)', () => {
  const cgroupsRoot = basename(root);
  const hierarchy = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].find((path) => existsSync(path)) ?? '';
  const around = join(hierarchy, cgroupsRoot);
  const cgroup = join(around, 'c1');
  mkdirSync(cgroup, { recursive: true });
  try {
    expect(leftovers({ root, cgroupsRoot })).toEqual([
      expect.stringMatching(`^cgroup ${cgroup} \\(age \\d+\\.\\d s, no process\\)$`),
    ]);
  } finally {
    rmdirSync(cgroup);
    rmdirSync(around);
  }
});

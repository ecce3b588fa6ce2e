import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeOldSandboxes, makeSandbox } from '../../../../cluster/agent/containerizer/sandbox';
import { identityOf } from '../../../../cluster/runtime/identity';

const RUN = ['slaves', 'S0', 'frameworks', 'F', 'executors', 'E', 'runs', 'C'];
const isRoot = process.getuid?.() === 0;
const WAY = isRoot ? '711' : '700';

let workDir: string;
beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), 'meseta-sandbox-'));
});
afterEach(() => rmSync(workDir, { recursive: true, force: true }));

/** Modes of all folders on the way to the sandbox, and of it. */
const modes = (): string[] =>
  RUN.map((_name, index) => join(workDir, ...RUN.slice(0, index + 1))).map((path) =>
    (statSync(path).mode & 0o7777).toString(8),
  );

it.each([0, 0o022, 0o077])(
  'a sandbox is its user’s alone under the umask %i, and no folder on the way can be listed',
  async (umask) => {
    const former = process.umask(umask);
    const directory = join(workDir, ...RUN);
    try {
      await makeSandbox({ workDir, directory, user: isRoot ? 'nobody' : undefined });
    } finally {
      process.umask(former);
    }
    expect(modes()).toEqual([...Array(7).fill(WAY), '750']);
    const nobody = await identityOf('nobody');
    const { uid, gid } = statSync(directory);
    expect([uid, gid]).toEqual([nobody?.uid ?? process.getuid?.(), nobody?.gid ?? process.getgid?.()]);
    expect(readlinkSync(join(directory, '..', 'latest'))).toBe('C');
  },
);

it('a sandbox of a user who is not there is made; the task then fails with that reason', async () => {
  await makeSandbox({ workDir, directory: join(workDir, ...RUN), user: 'nobody-at-all' });
  expect(modes().at(-1)).toBe('750');
});

it('sandboxes that an earlier version left open are closed, once', async () => {
  mkdirSync(join(workDir, ...RUN, 'inside'), { recursive: true });
  for (const index of RUN.keys()) chmodSync(join(workDir, ...RUN.slice(0, index + 1)), 0o755);
  chmodSync(join(workDir, ...RUN), 0o1777);
  await closeOldSandboxes(workDir);
  expect(modes()).toEqual([...Array(7).fill(WAY), '750']);
  chmodSync(join(workDir, ...RUN), 0o755);
  await closeOldSandboxes(workDir);
  expect(modes().at(-1)).toBe('755');
});

it('an agent without sandboxes has nothing to close', async () => {
  await expect(closeOldSandboxes(workDir)).resolves.toBeUndefined();
});

describe('a sandbox nested in that of another container', () => {
  const parent = (): string => join(workDir, ...RUN);
  const nest = (user?: string): Promise<void> =>
    makeSandbox({ workDir, directory: join(parent(), 'containers', 'N'), user, isNested: true });
  const modeOf = (...names: readonly string[]): string =>
    (statSync(join(parent(), ...names)).mode & 0o7777).toString(8);
  beforeEach(() => mkdirSync(parent(), { recursive: true, mode: 0o750 }));

  it('is made in a folder of the agent, and a second one beside it', async () => {
    await nest();
    await makeSandbox({
      workDir,
      directory: join(parent(), 'containers', 'O'),
      user: undefined,
      isNested: true,
    });
    expect(readdirSync(join(parent(), 'containers'))).toEqual(['N', 'O']);
    expect([modeOf('containers'), modeOf('containers', 'N')]).toEqual([WAY, '750']);
  });

  it('is not made through a link that a task has put there, whose target stays as it is', async () => {
    const outside = join(workDir, 'outside');
    mkdirSync(outside, { mode: 0o755 });
    symlinkSync(outside, join(parent(), 'containers'));
    const before = statSync(outside).mode;
    await expect(nest()).rejects.toThrow(/ENOTDIR|ELOOP/);
    expect(readdirSync(outside)).toEqual([]);
    expect(statSync(outside).mode).toBe(before);
  });

  const itAsRoot = isRoot ? it : it.skip;
  itAsRoot('is not made in a folder of a task', async () => {
    mkdirSync(join(parent(), 'containers'));
    chownSync(join(parent(), 'containers'), 65534, 65534);
    await expect(nest('nobody')).rejects.toThrow('is not a folder of the agent');
  });

  itAsRoot(
    'can be passed to by a user who is not that of the outer one, and belongs to that user',
    async () => {
      await nest('nobody');
      expect((await identityOf('nobody'))?.uid).toBe(statSync(join(parent(), 'containers', 'N')).uid);
      expect(modeOf()).toBe('751');
    },
  );
});

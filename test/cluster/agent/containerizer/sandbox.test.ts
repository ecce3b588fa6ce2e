import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, statSync } from 'node:fs';
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

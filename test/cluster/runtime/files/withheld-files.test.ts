import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildFile, withholdingFiles } from '../../../../cluster/runtime/files/withheld-files';
import { LocalStore } from '../../../../cluster/state/local';

const folder = mkdtempSync(join(tmpdir(), 'meseta-withheld-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LOOK = 'for fd in /proc/self/fd/*; do readlink $fd; done';
const look = (stdio: ChildFile[]): string =>
  spawnSync('sh', ['-c', LOOK], { stdio, encoding: 'utf8' }).stdout;

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  "LevelDB's files are /dev/null in a program, and its own files are as they were asked for",
  async () => {
    const store = await LocalStore.open(join(folder, 'state'));
    const errors = openSync(join(folder, 'errors'), 'w');
    try {
      const passedOn = look(['ignore', 'pipe', errors]);
      // When this fails, LevelDB closes its files itself, and nothing has to be withheld any more.
      expect(passedOn).toContain(join(folder, 'state', 'LOCK'));
      const withheld = withholdingFiles(['ignore', 'pipe', errors], look);
      expect(withheld).not.toContain(join(folder, 'state'));
      expect(withheld).toContain(join(folder, 'errors'));
      expect(readFileSync(join(folder, 'errors'), 'utf8')).toBe('');
    } finally {
      closeSync(errors);
      await store.close();
    }
  },
);

test('the files that were asked for come first, as they were', () => {
  const files = withholdingFiles(['ignore', 'pipe', 'pipe'], (all) => all);
  expect(files.slice(0, 3)).toEqual(['ignore', 'pipe', 'pipe']);
});

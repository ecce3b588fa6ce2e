import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../../../cluster/runtime/files/make-folder';
import {
  keepFilesPrivate,
  restrictFolder,
  warnOpenFolder,
  warnOpenSecret,
  withInheritedUmask,
} from '../../../../cluster/runtime/files/private';
import { createLogger } from '../../../../cluster/runtime/log';
import { FileRecorder } from '../../../../cluster/runtime/recording/recording';
import { LocalStore } from '../../../../cluster/state/local';
import { keepingLogger } from '../recorded-log';

let root: string;
let umask: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'meseta-private-'));
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
  rmSync(root, { recursive: true, force: true });
});

const modeOf = (...path: string[]): string => (statSync(join(root, ...path)).mode & 0o7777).toString(8);

describe('files of ours', () => {
  it.each([0, 0o022, 0o077])('are closed to others under the umask %i', async (umask) => {
    process.umask(umask);
    makeFolder(join(root, 'way', 'deeper'), 0o711);
    await (await LocalStore.open(join(root, 'store'))).close();
    const recorder = new FileRecorder(join(root, 'recordings', 'a.rec'), { machine: 'm', boot: {} });
    await recorder.end({});
    createLogger({ file: join(root, 'm.log') }).info({}, 'hello');
    const modes = [['way'], ['way', 'deeper'], ['store'], ['recordings'], ['recordings', 'a.rec'], ['m.log']];
    expect(modes.map((path) => modeOf(...path))).toEqual(['711', '711', '700', '700', '600', '600']);
  });

  it('that were open before are closed: a store with its files, and a recording that is written again', async () => {
    mkdirSync(join(root, 'store'), { mode: 0o755 });
    await (await LocalStore.open(join(root, 'store'))).close();
    for (const name of ['LOG', 'CURRENT']) chmodSync(join(root, 'store', name), 0o644);
    await (await LocalStore.open(join(root, 'store'))).close();
    expect(['', 'LOG', 'CURRENT', 'COMMITS'].map((name) => modeOf('store', name))).toEqual([
      '700',
      '600',
      '600',
      '600',
    ]);
    writeFileSync(join(root, 'a.rec'), 'old', { mode: 0o644 });
    await new FileRecorder(join(root, 'a.rec'), { machine: 'm', boot: {} }).end({});
    expect(modeOf('a.rec')).toBe('600');
  });

  it('leave what is below them alone', () => {
    mkdirSync(join(root, 'a', 'b'), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, 'a', 'b', 'c'), '', { mode: 0o644 });
    restrictFolder(join(root, 'a'));
    expect([modeOf('a'), modeOf('a', 'b'), modeOf('a', 'b', 'c')]).toEqual(['700', '755', '644']);
  });
});

describe('a daemon', () => {
  it('writes for itself alone, and starts programs with the umask it was started with', () => {
    process.umask(0o022);
    keepFilesPrivate();
    writeFileSync(join(root, 'ours'), '');
    withInheritedUmask(() => writeFileSync(join(root, 'theirs'), ''));
    expect(() =>
      withInheritedUmask(() => {
        throw new Error('no such program');
      }),
    ).toThrow('no such program');
    writeFileSync(join(root, 'ours too'), '');
    expect([modeOf('ours'), modeOf('theirs'), modeOf('ours too')]).toEqual(['600', '644', '600']);
  });

  it('says when others can look into its folder, and leaves that as it is', () => {
    const log = keepingLogger();
    for (const mode of [0o700, 0o711, 0o750, 0o755, 0o777]) {
      chmodSync(root, mode);
      warnOpenFolder('--work_dir', root, log);
    }
    expect(log.lines).toHaveLength(3);
    expect(log.lines[0]).toMatchObject({ level: 'warn', fields: { flag: '--work_dir', path: root } });
    expect(modeOf()).toBe('777');
    warnOpenFolder('--work_dir', join(root, 'none'), log);
    expect(log.lines).toHaveLength(3);
  });

  it('says when all can read its secrets', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (const mode of [0o600, 0o640, 0o644, 0o604]) {
      writeFileSync(join(root, 'secret'), '');
      chmodSync(join(root, 'secret'), mode);
      warnOpenSecret('--http_credentials', join(root, 'secret'));
    }
    expect(warn.mock.calls.map(([text]) => text)).toEqual(
      Array(2).fill(
        `--http_credentials: others on this machine can use the secrets in ${join(root, 'secret')}: chmod 600 it`,
      ),
    );
    warn.mockRestore();
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRebooted } from '../../../../cluster/agent/containerizer/run-folder';

describe('the boot id of a runtime folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-folder-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is no reboot at the first start, and is the same at the next', () => {
    expect(isRebooted(folder)).toBe(false);
    expect(isRebooted(folder)).toBe(false);
  });

  it('is a reboot once when it has changed, and is replaced by a rename', () => {
    const path = join(folder, 'boot_id');
    writeFileSync(path, 'earlier\n');
    const { ino } = statSync(path);
    expect(isRebooted(folder)).toBe(true);
    expect(isRebooted(folder)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
    expect(statSync(path).ino).not.toBe(ino);
    expect(readdirSync(folder)).toEqual(['boot_id']);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildMembers, readBuild, VERSION_INFO } from '../../../cluster/runtime/build';

it('a build tells what was written about it, and nothing where nothing was', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-build-'));
  try {
    const file = join(folder, 'build-info.json');
    const info = { git_sha: 'abc', build_date: '2026-01-31 12:00:00', build_time: 1, build_user: 'someone' };
    writeFileSync(file, JSON.stringify(info));
    expect(readBuild(file)).toEqual(info);
    expect(readBuild(join(folder, 'none'))).toEqual({ build_date: '', build_time: 0, build_user: '' });
    writeFileSync(file, 'no JSON');
    expect(readBuild(file).build_user).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('the keys that are always there are there without a build', () => {
  expect(Object.keys(VERSION_INFO)).toEqual(
    expect.arrayContaining(['version', 'build_date', 'build_time', 'build_user']),
  );
  expect(buildMembers()['build_time']).toMatch(/^\d+$/);
});

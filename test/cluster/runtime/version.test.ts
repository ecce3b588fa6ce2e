import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MESETA_VERSION, VERSION } from '../../../cluster/runtime/version';

describe('the version', () => {
  it('is the one of package.json', () => {
    const path = join(__dirname, '..', '..', '..', 'package.json');
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    expect(MESETA_VERSION).toBe(version);
  });

  it('we speak as is one of Mesos 1', () => {
    expect(VERSION).toMatch(/^1\.\d+\.\d+$/);
  });
});

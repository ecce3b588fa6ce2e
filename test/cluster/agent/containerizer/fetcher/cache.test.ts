import { closeSync, existsSync, mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Claim, FetcherCache } from '../../../../../cluster/agent/containerizer/fetcher/cache';
import { silentLogger } from '../../../../../cluster/runtime/log';

describe('FetcherCache', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fetcher-cache-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function fill(cache: FetcherCache, claim: Claim, text: string): void {
    const file = cache.open(claim);
    cache.grant(claim, text.length);
    if (file) {
      writeSync(file.fd, text);
      closeSync(file.fd);
    }
    cache.complete(claim, text.length);
    cache.release([claim]);
  }

  test('has no use for a file that somebody has changed, and removes it', () => {
    const cache = new FetcherCache({ folder, totalBytes: 100, log: silentLogger });
    const first = cache.claim(undefined, 'http://host/a');
    fill(cache, first, 'abc');
    expect(cache.claim(undefined, 'http://host/a').isNew).toBe(false);
    writeFileSync(first.entry.path, 'something else');
    expect(cache.claim(undefined, 'http://host/a').isNew).toBe(true);
    expect(existsSync(first.entry.path)).toBe(false);
  });
});

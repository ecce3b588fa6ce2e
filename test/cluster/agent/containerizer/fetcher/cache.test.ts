import {
  closeSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
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

  test('never has more than its size on disk, whatever fetches do at the same time', () => {
    const uris = fc.constantFrom(...['a', 'b', 'c', 'd', 'e'].map((name) => `http://host/${name}`));
    const fetches = fc.record({
      uri: uris,
      bytes: fc.integer({ min: 1, max: 60 }),
      isComplete: fc.boolean(),
    });
    const totalBytes = 100;
    fc.assert(
      fc.property(fc.array(fc.tuple(fetches, fc.nat(3)), { maxLength: 40 }), (rounds) => {
        const cache = new FetcherCache({ folder, totalBytes, log: silentLogger });
        const open: Claim[] = [];
        for (const [{ uri, bytes, isComplete }, inUse] of rounds) {
          const claim = cache.claim('user', uri);
          open.push(claim);
          const file = cache.open(claim);
          if (claim.isNew && file && cache.grant(claim, bytes).granted) {
            writeSync(file.fd, 'x'.repeat(bytes));
            if (isComplete) cache.complete(claim, bytes);
          }
          if (file) closeSync(file.fd);
          for (const ready of open.filter(({ entry }) => entry.isReady && entry.bytes > 0))
            expect(existsSync(ready.entry.path)).toBe(true);
          while (open.length > inUse) cache.release(open.splice(0, 1));
          expect(cache.usedBytes).toBeLessThanOrEqual(totalBytes);
          expect(sizeOnDisk()).toBeLessThanOrEqual(totalBytes);
        }
      }),
      { numRuns: 50 },
    );
  });

  function sizeOnDisk(): number {
    const files = readdirSync(join(folder, 'user')).map((name) => statSync(join(folder, 'user', name)).size);
    return files.reduce((sum, bytes) => sum + bytes, 0);
  }
});

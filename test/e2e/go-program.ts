/**
 * Programs in Go that use libraries by others (test/third-party), built with the versions of go.sum and run as processes
 * of their own. Without Go, or without its module proxy, there are none, and their tests are skipped.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const THIRD_PARTY = join(__dirname, '..', 'third-party');
const BUILD_MS = 180_000;

/** A program in a folder of its own, which the test removes; undefined when it cannot be built. */
export function buildGo(
  pack: string,
  library = 'mesos-go',
): { readonly folder: string; readonly binary: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'meseta-go-'));
  const binary = join(folder, 'program');
  const args = ['build', '-mod=readonly', '-o', binary, pack];
  if (spawnSync('go', args, { cwd: join(THIRD_PARTY, library), timeout: BUILD_MS }).status === 0)
    return { folder, binary };
  rmSync(folder, { recursive: true, force: true });
  return undefined;
}

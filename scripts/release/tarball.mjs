/** The tar archive of a release: one tree makes the same bytes on every machine. */

import { writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { reproducible, run } from './programs.mjs';

/** Writes `folder`, with its own name at the top, to `file` (.tar.gz). */
export function writeTarball(folder, file, epoch) {
  const order = [
    '--sort=name',
    `--mtime=@${epoch}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=gnu',
  ];
  const env = reproducible(epoch);
  const tar = run('tar', ['-c', ...order, '-C', dirname(folder), basename(folder)], { env });
  writeFileSync(file, run('gzip', ['-n9'], { env, input: tar, stdio: ['pipe', 'pipe', 'pipe'] }));
}

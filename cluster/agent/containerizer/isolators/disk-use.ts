/**
 * The use of disk by a folder, from the program `du`.
 */

import { execFile } from 'node:child_process';

/** Bytes on disk of a folder, without the folders that are excluded. Rejects when du fails. */
export function diskUse(path: string, excluded: readonly string[]): Promise<number> {
  const exclusions = excluded.flatMap((folder) => ['--exclude', escapePattern(folder)]);
  const environment = { LC_ALL: 'C', PATH: process.env['PATH'] };
  return new Promise((resolve, reject) => {
    execFile('du', ['-k', '-s', ...exclusions, '--', path], { env: environment }, (error, stdout, stderr) => {
      const [kilobytes = ''] = stdout.split(/\s+/);
      // A file that was removed meanwhile makes du fail, but it has counted all others.
      if (/^\d+$/.test(kilobytes)) resolve(Number(kilobytes) * 1024);
      else reject(new Error(`Failed to perform 'du': ${stderr.trim() || String(error)}`));
    });
  });
}

/** Exclusions are patterns of the shell. */
function escapePattern(path: string): string {
  return path.replace(/[\\*?[\]]/g, '\\$&');
}

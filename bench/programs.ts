/**
 * The programs that a bench runs beside ours, asked for before anything is started.
 */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** Throws an error that names the Debian packages of the programs that are missing. */
export function requirePrograms(bench: string, packages: Readonly<Record<string, string>>): void {
  const missing = Object.keys(packages).filter((program) => !isThere(program));
  if (missing.length === 0) {
    // Servers are in folders that PATH of a user often lacks.
    process.env['PATH'] = FOLDERS.join(delimiter);
    return;
  }
  const names = [...new Set(missing.map((program) => packages[program]))].join(' ');
  throw new Error(`the bench ${bench} needs ${missing.join(' and ')}: sudo apt-get install ${names}`);
}

function isThere(program: string): boolean {
  return FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Cgroups of either version as plain folders, with files in the form of the kernel.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Hierarchies } from '../../../../../cluster/agent/containerizer/cgroups/hierarchies';

export interface FakeCgroups {
  readonly hierarchies: Hierarchies;
  /** Writes a file, by its path below the folder of all hierarchies. */
  write(path: string, text: string): void;
  read(path: string): string;
  remove(): void;
}

/** v1 has a folder for each controller. */
export function fakeCgroups(version: 1 | 2, names: readonly string[]): FakeCgroups {
  const root = mkdtempSync(join(tmpdir(), 'meseta-cgroups-'));
  const controllers = new Map(names.map((name) => [name, version === 1 ? join(root, name) : root]));
  const folders = [...new Set([...controllers.values()])];
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  return {
    hierarchies: { version, controllers, folders },
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/**
 * Replaces a private file as a whole, so that a kill -9 leaves no half of it. It is not synced: no reboot is outlived.
 */

import { renameSync, writeFileSync } from 'node:fs';

/** The file is for its owner alone. */
const MODE = 0o600;

export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: MODE });
  renameSync(`${path}.new`, path);
}

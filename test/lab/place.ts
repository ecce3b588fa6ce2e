/** Folders, names and addresses of the laboratory. */

import { join } from 'node:path';

/** Everything on disk; `MESETA_LAB` moves it. */
export const FOLDER = process.env['MESETA_LAB'] ?? '/var/tmp/meseta-lab';
export const IMAGE = join(FOLDER, 'image');
export const REPOSITORY = join(FOLDER, 'repository');
/** The key of whoever uses the laboratory. */
export const KEY = join(FOLDER, 'id');
export const HOSTS = join(FOLDER, 'hosts');

export const BRIDGE = 'mslab';
export const GATEWAY = '10.99.0.1';
export const REPOSITORY_PORT = 8099;
const FIRST = 10;
const MOST = 40;

export const folderOf = (name: string): string => join(HOSTS, name);
/** The network namespace of a host, and the end of its link at the bridge. */
export const namespaceOf = (name: string): string => `${BRIDGE}-${name}`;

/** The address of h1 is 10.99.0.11. Throws an Error for a name that is none. */
export function addressOf(name: string): string {
  const number = Number(/^h(\d+)$/.exec(name)?.[1]);
  if (!(number >= 1 && number <= MOST)) throw new Error(`"${name}" is no host: they are h1 to h${MOST}`);
  return `10.99.0.${FIRST + number}`;
}

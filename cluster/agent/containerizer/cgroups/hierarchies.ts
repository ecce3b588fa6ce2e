/**
 * The cgroup hierarchies of this machine: cgroup v1 has one for each controller, v2 has one for all.
 *
 * In: the texts of /proc/self/mountinfo and /proc/cgroups      Out: the folder of each controller
 */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCgroupFile, writeCgroupFile } from './files';

export interface Hierarchies {
  readonly version: 1 | 2;
  /** The folder of each controller, by the kernel's name of the controller. */
  readonly controllers: ReadonlyMap<string, string>;
  /** Every folder in which an OCI runtime makes cgroups: also those without a controller, such as systemd's. */
  readonly folders: readonly string[];
}

interface Mount {
  readonly folder: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** Reads the hierarchies below a folder, which is `--cgroups_hierarchy`. */
export function findHierarchies(below: string): Hierarchies {
  return readHierarchies({
    below,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    cgroups: readFileSync('/proc/cgroups', 'utf8'),
    unified: (folder) => readCgroupFile(folder, 'cgroup.controllers') ?? '',
  });
}

interface Texts {
  readonly below: string;
  readonly mounts: string;
  readonly cgroups: string;
  /** The text of `cgroup.controllers` in a folder of cgroup v2. */
  readonly unified: (folder: string) => string;
}

/**
 * Hierarchies from the texts of the kernel. A machine where both versions are mounted is one of v1 when a controller
 * is there: a controller belongs to one version at a time.
 */
export function readHierarchies({ below, mounts, cgroups, unified }: Texts): Hierarchies {
  const inFolder = readMounts(mounts).filter(
    ({ folder }) => folder === below || folder.startsWith(`${below}/`),
  );
  const v1 = inFolder.filter(({ type }) => type === 'cgroup');
  const v2 = inFolder.filter(({ type }) => type === 'cgroup2').map(({ folder }) => folder);
  const folders = [...new Set([...v1.map(({ folder }) => folder), ...v2])];
  const controllers = controllersOf(v1, readControllerNames(cgroups));
  if (controllers.size > 0) return { version: 1, controllers, folders };
  const [root] = v2;
  const names = root === undefined ? [] : unified(root).split(/\s+/).filter(Boolean);
  return { version: 2, controllers: new Map(names.map((name) => [name, root ?? ''])), folders };
}

/** The first folder of each controller: a hierarchy can be mounted more than once. */
function controllersOf(mounts: readonly Mount[], names: ReadonlySet<string>): ReadonlyMap<string, string> {
  const controllers = new Map<string, string>();
  for (const { folder, options } of mounts)
    for (const option of options)
      if (names.has(option) && !controllers.has(option)) controllers.set(option, folder);
  return controllers;
}

/** Reads mounts from /proc/self/mountinfo, see proc(5). */
function readMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const folder = mount.split(' ')[4];
    const [type = '', , options = ''] = source.split(' ');
    return folder === undefined ? [] : [{ folder: unescapePath(folder), type, options: options.split(',') }];
  });
}

/** The kernel writes spaces and backslashes of paths in octal. */
function unescapePath(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The controllers of /proc/cgroups that are enabled. */
function readControllerNames(text: string): ReadonlySet<string> {
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Set(
    rows.flatMap((row) => {
      const [name = '', , , enabled] = row.split(/\s+/);
      return enabled === '1' ? [name] : [];
    }),
  );
}

/** The folder of a cgroup below a controller; the cgroup is a path that begins with a slash. */
export function cgroupFolder(
  { controllers, folders }: Hierarchies,
  controller: string,
  cgroup: string,
): string {
  return join(controllers.get(controller) ?? folders[0] ?? '/sys/fs/cgroup', cgroup);
}

/** The folders of a cgroup in all hierarchies. */
export function allCgroupFolders({ folders }: Hierarchies, cgroup: string): readonly string[] {
  return folders.map((folder) => join(folder, cgroup));
}

/**
 * Makes a cgroup of v2 in which others will be, with all controllers. Such a one has no process of its own, and each of its
 * parents passes the controllers on.
 */
export function makeInnerCgroup({ controllers, folders }: Hierarchies, cgroup: string): void {
  const [root = ''] = folders;
  const passed = [...controllers.keys()].map((name) => `+${name}`).join(' ');
  for (const path of pathTo(cgroup)) {
    if (!existsSync(join(root, path))) mkdirSync(join(root, path));
    writeCgroupFile(join(root, path), 'cgroup.subtree_control', passed);
  }
}

/** The cgroups from the root to one. */
function pathTo(cgroup: string): readonly string[] {
  return cgroup === '/' ? [cgroup] : [...pathTo(dirname(cgroup)), cgroup];
}

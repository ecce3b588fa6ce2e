/**
 * A checker of what tests of containers leave on the machine: processes, mounts, cgroups, namespaces and files.
 *
 * Other tests run at the same time, so it looks for what bears a name of the test's own: the path of its folder, which is
 * in the environment, the arguments or the directory of every process, and in the source of every mount; and the name of
 * its cgroup. Network devices are compared with those of before, by the prefix of their names.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Time that what is about to end gets. */
const PATIENCE_MS = 5000;

export interface TestPlace {
  /** The folder of the test, with a name that is nobody else's. */
  readonly root: string;
  /** The name of its cgroup, below each controller. */
  readonly cgroupsRoot: string;
  /** Folders that have to be empty, such as `containers` of a `--runtime_dir`. */
  readonly empty?: readonly string[];
}

/** Throws when something of the test is left. What is about to end gets a moment. */
export async function expectNothingLeft(place: TestPlace): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  let found = leftovers(place);
  while (found.length > 0 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    found = leftovers(place);
  }
  removeCgroups(place.cgroupsRoot);
  if (found.length > 0) throw new Error(`left behind:\n${found.join('\n')}`);
}

/** All that is left, a line each. */
export function leftovers({ root, cgroupsRoot, empty = [] }: TestPlace): string[] {
  return [
    ...processesOf(root, cgroupsRoot).map((text) => `process ${text}`),
    ...mountsOf(root).map((text) => `mount ${text}`),
    ...cgroupsOf(cgroupsRoot).map((text) => `cgroup ${text}`),
    ...empty.flatMap((folder) => entriesOf(folder).map((name) => `file ${join(folder, name)}`)),
  ];
}

function processesOf(root: string, cgroupsRoot: string): string[] {
  return entriesOf('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const texts = ['environ', 'cmdline'].map((file) => read(`/proc/${pid}/${file}`));
      const inCgroup = read(`/proc/${pid}/cgroup`).includes(`/${cgroupsRoot}/`);
      return inCgroup || [...texts, directoryOf(pid)].some((text) => text.includes(root));
    })
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 120)}`)
    .filter((text) => !text.endsWith(' '));
}

/** Also those in the mount namespaces of other processes, which a test made and did not end. */
function mountsOf(root: string): string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(root));
}

const CGROUPS = '/sys/fs/cgroup';

function controllers(): string[] {
  return [CGROUPS, ...entriesOf(CGROUPS).map((name) => join(CGROUPS, name))];
}

function cgroupsOf(cgroupsRoot: string): string[] {
  return controllers().flatMap((folder) => foldersBelow(join(folder, cgroupsRoot)));
}

function foldersBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(folder, name), ...foldersBelow(join(folder, name))]);
}

/** The cgroup around all containers stays, as in the original; that of a test does not. */
function removeCgroups(cgroupsRoot: string): void {
  for (const folder of controllers().map((controller) => join(controller, cgroupsRoot))) {
    try {
      rmdirSync(folder);
    } catch {
      // It was not there, or something is left in it, which is told.
    }
  }
}

/** The network devices of the host with one of these prefixes. */
export function networkDevices(...prefixes: readonly string[]): string[] {
  const links = execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' });
  return [...links.matchAll(/^\d+: ([^:@]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
    .sort();
}

function directoryOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

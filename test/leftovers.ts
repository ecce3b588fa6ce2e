/**
 * A checker of what tests of agents and containers leave on the machine: processes, mounts, cgroups, namespaces, network
 * devices and files. It only looks; who leaves something has to be repaired.
 *
 * Other tests run at the same time, so it looks for what bears a name of the test's own: the path of its folder, which is
 * in the environment, the arguments, the output or the directories of every process, in the source or the place of
 * every mount, and in links below the folder of temporary files; and the name of its cgroup.
 *
 * A namespace lives by a process in it, by an open file or by a mount, and a veth pair by the namespaces of its two ends. So
 * one that is left is seen as one of these, and mounts are looked for in all mount namespaces of the machine. Tests of
 * networks have a host of their own, whose devices, rules and addresses are looked at too. An ordinary user sees what is
 * that user's.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signalAll } from '../cluster/runtime/processes';

/** Time that what is about to end gets. */
const PATIENCE_MS = 5000;

export interface TestPlace {
  /** The folder of the test, with a name that is nobody else's. */
  readonly root: string;
  /** The name of its cgroup, below each controller, when it has one of its own. */
  readonly cgroupsRoot?: string;
  /** Folders that have to be empty, such as `containers` of a `--runtime_dir`. */
  readonly empty?: readonly string[];
  /** Where the test itself has mounted something. */
  readonly mounts?: readonly string[];
  /** All that is left on a host which the test has made for itself. */
  readonly onHost?: () => readonly string[];
}

/** Throws when something of the test is left. What is about to end gets a moment. */
export async function expectNothingLeft(place: TestPlace): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  let found = leftovers(place);
  while (found.length > 0 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    found = leftovers(place);
  }
  if (place.cgroupsRoot !== undefined) removeCgroups(place.cgroupsRoot);
  if (found.length === 0) return;
  endProcesses(place);
  throw new Error(`left behind:\n${found.join('\n')}`);
}

/** The test has failed; what it has left shall not disturb others. */
function endProcesses(place: TestPlace): void {
  try {
    signalAll(processesOf(place).map(Number), 'SIGKILL');
  } catch {
    // Those of other users stay.
  }
}

/** All that is left, a line each. */
export function leftovers(place: TestPlace): string[] {
  const { root, cgroupsRoot, empty = [], mounts = [] } = place;
  return [
    ...processesOf(place).map((pid) => `process ${pid} ${commandOf(pid)}`),
    ...mountsOf(root, mounts).map((text) => `mount ${text}`),
    ...(cgroupsRoot === undefined ? [] : cgroupsOf(cgroupsRoot).map((path) => `cgroup ${path}`)),
    ...empty.flatMap((folder) => entriesOf(folder).map((name) => `file ${join(folder, name)}`)),
    ...linksTo(root).map((path) => `link ${path}`),
    ...(place.onHost?.() ?? []).map((line) => `on the host ${line}`),
  ];
}

/** The pids of processes of a test that have not ended. */
export function processesOf({ root, cgroupsRoot }: Pick<TestPlace, 'root' | 'cgroupsRoot'>): string[] {
  return pids().filter((pid) => {
    if (Number(pid) === process.pid || commandOf(pid) === '') return false;
    const isInCgroup = cgroupsRoot !== undefined && read(`/proc/${pid}/cgroup`).includes(`/${cgroupsRoot}/`);
    if (isInCgroup) return true;
    const texts = ['environ', 'cmdline'].map((file) => read(`/proc/${pid}/${file}`));
    return texts.some((text) => text.includes(root)) || pathsOf(pid).some((path) => path.includes(root));
  });
}

/**
 * The program, the directories and the output of a process. Its other files are no sign: LevelDB's are passed on to all
 * programs that a process starts, also to those of the test.
 */
function pathsOf(pid: string): string[] {
  const names = ['cwd', 'root', 'exe', 'fd/0', 'fd/1', 'fd/2'];
  return names.map((name) => targetOf(`/proc/${pid}/${name}`));
}

/** Empty for one that has ended and was not waited for, and for those of the kernel. */
function commandOf(pid: string): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120);
}

/** Mounts of the test in any mount namespace, also those that keep a namespace. */
function mountsOf(root: string, ofTest: readonly string[]): string[] {
  const namespaces = new Map(pids().map((pid) => [targetOf(`/proc/${pid}/ns/mnt`), pid]));
  namespaces.set(targetOf('/proc/self/ns/mnt'), 'self');
  return [...namespaces.values()].flatMap((pid) =>
    read(`/proc/${pid}/mountinfo`)
      .split('\n')
      .filter((line) => line.includes(root) && !ofTest.includes(line.split(' ')[4] ?? ''))
      .map((line) => (pid === 'self' ? line : `${line} (as process ${pid} has it)`)),
  );
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

/** Links outside the folder of the test that lead into it. */
function linksTo(root: string): string[] {
  return entriesOf(tmpdir())
    .map((name) => join(tmpdir(), name))
    .filter((path) => targetOf(path).startsWith(root));
}

function pids(): string[] {
  return entriesOf('/proc').filter((name) => /^\d+$/.test(name));
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
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

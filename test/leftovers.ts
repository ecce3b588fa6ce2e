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

import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { signalAll } from '../cluster/runtime/processes';

/** Time that what is about to end gets. Nobody waits where nothing is left, and a busy machine is no failure. */
const PATIENCE_MS = 30_000;
/** Looks at least, however late the clock is when this process gets its turn again. */
const LOOKS_MIN = 5;
const PAUSE_MS = 50;
/** USER_HZ, the unit of the start time of a process (proc(5), /proc/PID/stat). */
const TICKS_PER_SECOND = 100;

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

/** Throws when something of the test is left. What is about to end gets some time. */
export async function expectNothingLeft(place: TestPlace, patienceMs = PATIENCE_MS): Promise<void> {
  const began = Date.now();
  let left = leftovers(place);
  for (let looks = 1; left.length > 0 && (Date.now() < began + patienceMs || looks < LOOKS_MIN); looks++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    left = leftovers(place);
  }
  if (left.length > 0) endProcesses(place);
  if (place.cgroupsRoot !== undefined) removeCgroups(place.cgroupsRoot);
  if (left.length === 0) return;
  const after = `after ${seconds(Date.now() - began)}, at a load of ${loadavg()[0]?.toFixed(1)}`;
  throw new Error(`left behind ${after}:\n${left.join('\n')}`);
}

/** The test has failed; what it has left shall not disturb others. */
function endProcesses(place: TestPlace): void {
  try {
    signalAll(processesOf(place).map(Number), 'SIGKILL');
  } catch {
    // Those of other users stay.
  }
}

/** All that is left, a line each, with its age and the reason why it is of the test. */
export function leftovers(place: TestPlace): string[] {
  const { root, cgroupsRoot, empty = [], mounts = [] } = place;
  const files = empty.flatMap((folder) => entriesOf(folder).map((name) => join(folder, name)));
  return [
    ...pids().flatMap((pid) => describeProcess(place, pid)),
    ...mountsOf(root, mounts).map((text) => `mount ${text}`),
    ...(cgroupsRoot === undefined ? [] : cgroupsOf(cgroupsRoot).map(describeCgroup)),
    ...files.map((path) => `file ${path} (${ageOf(path)})`),
    ...linksTo(root).map((path) => `link ${path}`),
    ...(place.onHost?.() ?? []).map((line) => `on the host ${line}`),
  ];
}

/** A line for a process of the test, and none for others. */
function describeProcess(place: TestPlace, pid: string): string[] {
  const sign = signOf(place, pid);
  if (sign === undefined) return [];
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  const [state, parent = '0'] = fields;
  const age = Number(read('/proc/uptime').split(' ')[0]) - Number(fields[19]) / TICKS_PER_SECOND;
  const [parentName = ''] = commandOf(parent).split(' ');
  const about = [
    `state ${state}`,
    `age ${seconds(age * 1000)}`,
    `parent ${parent} ${parentName}`,
    `by ${sign}`,
  ];
  return [`process ${pid} ${commandOf(pid)} (${about.join(', ')})`];
}

function describeCgroup(path: string): string {
  const processes = read(join(path, 'cgroup.procs')).trim().split('\n').join(' ');
  return `cgroup ${path} (${ageOf(path)}, ${processes === '' ? 'no process' : `processes ${processes}`})`;
}

function ageOf(path: string): string {
  try {
    return `age ${seconds(Date.now() - statSync(path).ctimeMs)}`;
  } catch {
    return 'gone by now';
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The pids of processes of a test that have not ended. */
export function processesOf(place: Pick<TestPlace, 'root' | 'cgroupsRoot'>): string[] {
  return pids().filter((pid) => signOf(place, pid) !== undefined);
}

/** The name of what makes a process one of the test; undefined for others, and for those that have ended. */
function signOf(
  { root, cgroupsRoot }: Pick<TestPlace, 'root' | 'cgroupsRoot'>,
  pid: string,
): string | undefined {
  if (Number(pid) === process.pid || commandOf(pid) === '') return undefined;
  const isInCgroup = cgroupsRoot !== undefined && read(`/proc/${pid}/cgroup`).includes(`/${cgroupsRoot}/`);
  if (isInCgroup) return 'cgroup';
  return (
    ['environ', 'cmdline'].find((file) => read(`/proc/${pid}/${file}`).includes(root)) ??
    PATHS.find((name) => targetOf(`/proc/${pid}/${name}`).includes(root))
  );
}

/**
 * The program, the directories and the output of a process. Its other files are no sign: LevelDB's are passed on to all
 * programs that a process starts, also to those of the test.
 */
const PATHS = ['cwd', 'root', 'exe', 'fd/0', 'fd/1', 'fd/2'];

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

/** The cgroup around all containers stays, as in the original; that of a test does not, nor what is left in it. */
function removeCgroups(cgroupsRoot: string): void {
  const folders = controllers().map((controller) => join(controller, cgroupsRoot));
  for (const folder of [...cgroupsOf(cgroupsRoot).toReversed(), ...folders]) {
    try {
      rmdirSync(folder);
    } catch {
      // It was not there, or a process is in it, which is told.
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

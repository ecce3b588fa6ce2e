/**
 * The memory of a cgroup: its limits, what it uses, and whether it ran out of memory, in both versions.
 */

import { cgroupTree, readCgroupFile, writeCgroupFile } from './files';
import { cgroupFolder, type Hierarchies } from './hierarchies';
import { readBytes, readKeyed } from './text';

/** Bytes; Infinity for no limit. */
export interface MemorySettings {
  readonly limit: number;
  /** The soft limit: the kernel leaves the cgroup this much when memory is short. */
  readonly softLimit: number;
  /** The limit of memory and swap together; left as it is without it. */
  readonly withSwap?: number | undefined;
}

/** Names of the files by version, and of the keys of `memory.stat`. */
const V1 = {
  limit: 'memory.limit_in_bytes',
  softLimit: 'memory.soft_limit_in_bytes',
  current: 'memory.usage_in_bytes',
  peak: 'memory.max_usage_in_bytes',
  cache: 'total_cache',
  rss: 'total_rss',
  mapped: 'total_mapped_file',
  unevictable: 'total_unevictable',
} as const;
const V2 = {
  limit: 'memory.max',
  softLimit: 'memory.low',
  current: 'memory.current',
  peak: 'memory.peak',
  cache: 'file',
  rss: 'anon',
  mapped: 'file_mapped',
  unevictable: 'unevictable',
} as const;
const V1_WITH_SWAP = 'memory.memsw.limit_in_bytes';

const namesOf = ({ version }: Hierarchies): typeof V1 | typeof V2 => (version === 1 ? V1 : V2);
const folderOf = (hierarchies: Hierarchies, cgroup: string): string =>
  cgroupFolder(hierarchies, 'memory', cgroup);

/** Sets the limits of a new cgroup, in the order that the kernel asks for: memory is never above memory and swap. */
export function setMemory(hierarchies: Hierarchies, cgroup: string, settings: MemorySettings): void {
  setSoftLimit(hierarchies, cgroup, settings);
  setLimit(hierarchies, cgroup, settings);
  setWithSwap(hierarchies, cgroup, settings);
}

/**
 * Changes the limits of a cgroup in use. The soft limit always follows; the limit is raised only, since to lower it below
 * what is in use would end the container.
 */
export function changeMemory(hierarchies: Hierarchies, cgroup: string, settings: MemorySettings): void {
  setSoftLimit(hierarchies, cgroup, settings);
  const current = readLimit(hierarchies, cgroup);
  if (current !== undefined && settings.limit <= current) return;
  setWithSwap(hierarchies, cgroup, settings);
  setLimit(hierarchies, cgroup, settings);
}

function setSoftLimit(hierarchies: Hierarchies, cgroup: string, { softLimit }: MemorySettings): void {
  writeCgroupFile(
    folderOf(hierarchies, cgroup),
    namesOf(hierarchies).softLimit,
    printLimit(hierarchies, softLimit),
  );
}

function setLimit(hierarchies: Hierarchies, cgroup: string, { limit }: MemorySettings): void {
  writeCgroupFile(folderOf(hierarchies, cgroup), namesOf(hierarchies).limit, printLimit(hierarchies, limit));
}

/** In v2 the limit is one of swap alone. */
function setWithSwap(hierarchies: Hierarchies, cgroup: string, { limit, withSwap }: MemorySettings): void {
  if (withSwap === undefined) return;
  const folder = folderOf(hierarchies, cgroup);
  const isV1 = hierarchies.version === 1;
  const bytes = isV1 || !Number.isFinite(withSwap) ? withSwap : withSwap - limit;
  writeCgroupFile(folder, isV1 ? V1_WITH_SWAP : 'memory.swap.max', printLimit(hierarchies, bytes));
}

function printLimit({ version }: Hierarchies, bytes: number): string {
  if (Number.isFinite(bytes)) return String(bytes);
  return version === 1 ? '-1' : 'max';
}

/** The limit in force; undefined when the cgroup is gone. */
export function readLimit(hierarchies: Hierarchies, cgroup: string): number | undefined {
  return readBytes(readCgroupFile(folderOf(hierarchies, cgroup), namesOf(hierarchies).limit));
}

/** The most memory that the cgroup ever used; undefined when the kernel does not tell. */
export function readPeak(hierarchies: Hierarchies, cgroup: string): number | undefined {
  return readBytes(readCgroupFile(folderOf(hierarchies, cgroup), namesOf(hierarchies).peak));
}

/** The text of `memory.stat`. */
export function readMemoryStat(hierarchies: Hierarchies, cgroup: string): string | undefined {
  return readCgroupFile(folderOf(hierarchies, cgroup), 'memory.stat');
}

/** The memory in use by a cgroup, in bytes. */
export interface MemoryUse {
  readonly total: number | undefined;
  readonly totalWithSwap: number | undefined;
  readonly cache: number | undefined;
  readonly rss: number | undefined;
  readonly mapped: number | undefined;
  readonly swap: number | undefined;
  readonly unevictable: number | undefined;
}

export function readMemoryUse(hierarchies: Hierarchies, cgroup: string): MemoryUse {
  const folder = folderOf(hierarchies, cgroup);
  const names = namesOf(hierarchies);
  const stat = readKeyed(readCgroupFile(folder, 'memory.stat'));
  const total = readBytes(readCgroupFile(folder, names.current));
  const swap =
    hierarchies.version === 1
      ? stat.get('total_swap')
      : readBytes(readCgroupFile(folder, 'memory.swap.current'));
  return {
    total,
    totalWithSwap:
      hierarchies.version === 1
        ? readBytes(readCgroupFile(folder, 'memory.memsw.usage_in_bytes'))
        : total && total + (swap ?? 0),
    cache: stat.get(names.cache),
    rss: stat.get(names.rss),
    mapped: stat.get(names.mapped),
    swap,
    unevictable: stat.get(names.unevictable),
  };
}

/**
 * True when the kernel has killed a process of a cgroup, or of one below it, because the limit of `limited` was hit: of the
 * cgroup itself, or of one around it. A kill because the machine is out of memory counts as one, too, but leaves no failed
 * allocation at the limit.
 */
export function ranOutOfMemory(hierarchies: Hierarchies, cgroup: string, limited = cgroup): boolean {
  const folder = folderOf(hierarchies, cgroup);
  const around = folderOf(hierarchies, limited);
  if (hierarchies.version === 2) return eventsOf(folder, 'oom_kill') > 0 && eventsOf(around, 'oom') > 0;
  const failures = Number(readCgroupFile(around, 'memory.failcnt') ?? 0);
  return failures > 0 && cgroupTree(folder).some((path) => killsOf(path) > 0);
}

/** In v2 the events of a cgroup are also those of the cgroups below it. */
function eventsOf(folder: string, key: string): number {
  return readKeyed(readCgroupFile(folder, 'memory.events')).get(key) ?? 0;
}

function killsOf(folder: string): number {
  return readKeyed(readCgroupFile(folder, 'memory.oom_control')).get('oom_kill') ?? 0;
}

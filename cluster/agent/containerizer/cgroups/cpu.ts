/**
 * The processor time of a cgroup: shares and quota, and what it used, in both versions.
 */

import { readCgroupFile, writeCgroupFile } from './files';
import { cgroupFolder, type Hierarchies } from './hierarchies';
import { readKeyed } from './text';

export interface CpuSettings {
  /** Shares of v1; they become a weight in v2. */
  readonly shares: number;
  /** Microseconds of processor time in each period; -1 for no limit. Left as it is without it. */
  readonly quota?: number | undefined;
  readonly period?: number | undefined;
}

export interface CpuUse {
  /** Seconds. */
  readonly user: number;
  readonly system: number;
  readonly cpus_nr_periods?: number | undefined;
  readonly cpus_nr_throttled?: number | undefined;
  readonly cpus_throttled_time_secs?: number | undefined;
}

/** Unit of the kernel's processor times (USER_HZ, 100 on every Linux we run on). */
const TICKS_PER_SECOND = 100;
const MICRO = 1e6;
const NANO = 1e9;

export function writeCpu(hierarchies: Hierarchies, cgroup: string, settings: CpuSettings): void {
  const folder = cgroupFolder(hierarchies, 'cpu', cgroup);
  const { shares, quota, period = 100_000 } = settings;
  if (hierarchies.version === 2) {
    writeCgroupFile(folder, 'cpu.weight', String(weightOf(shares)));
    if (quota !== undefined) writeCgroupFile(folder, 'cpu.max', `${quota < 0 ? 'max' : quota} ${period}`);
    return;
  }
  writeCgroupFile(folder, 'cpu.shares', String(shares));
  if (quota === undefined) return;
  writeCgroupFile(folder, 'cpu.cfs_period_us', String(period));
  writeCgroupFile(folder, 'cpu.cfs_quota_us', String(quota));
}

/** The weight of v2 (1 to 10000) for shares of v1 (2 to 262144), as OCI runtimes count it. */
export function weightOf(shares: number): number {
  return 1 + Math.floor(((Math.min(Math.max(shares, 2), 262_144) - 2) * 9999) / 262_142);
}

export function readCpuUse(hierarchies: Hierarchies, cgroup: string): CpuUse {
  const stat = readKeyed(readCgroupFile(cgroupFolder(hierarchies, 'cpu', cgroup), 'cpu.stat'));
  const isV2 = hierarchies.version === 2;
  const throttled = isV2 ? seconds(stat, 'throttled_usec', MICRO) : seconds(stat, 'throttled_time', NANO);
  const limits = {
    cpus_nr_periods: stat.get('nr_periods'),
    cpus_nr_throttled: stat.get('nr_throttled'),
    cpus_throttled_time_secs: throttled,
  };
  if (isV2)
    return {
      user: seconds(stat, 'user_usec', MICRO),
      system: seconds(stat, 'system_usec', MICRO),
      ...limits,
    };
  const ticks = readKeyed(readCgroupFile(cgroupFolder(hierarchies, 'cpuacct', cgroup), 'cpuacct.stat'));
  return {
    user: seconds(ticks, 'user', TICKS_PER_SECOND),
    system: seconds(ticks, 'system', TICKS_PER_SECOND),
    ...limits,
  };
}

function seconds(stat: ReadonlyMap<string, number>, key: string, perSecond: number): number {
  return (stat.get(key) ?? 0) / perSecond;
}

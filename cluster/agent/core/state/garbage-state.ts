/**
 * Folders that wait to be removed, and the settings of their removal.
 */

import type { Millis } from '../../../model/time';

/** The flags of the collection. */
export interface GarbageSettings {
  /** `--gc_delay` */
  readonly delayMs: Millis;
  /** `--gc_disk_headroom` */
  readonly headroom: number;
  /** `--disk_watch_interval` */
  readonly diskWatchMs: Millis;
  /** `--gc_non_executor_container_sandboxes` */
  readonly ofContainers: boolean;
}

export interface Garbage {
  /** Folders whose use has ended in this step. */
  readonly ended: string[];
  /** Folders with the time of their removal. */
  readonly scheduled: Map<string, Millis>;
  /** Number of folders whose removal is under way. */
  removing: number;
  /** The time of the timer `collect`; undefined when none is set. */
  nextAt: Millis | undefined;
  /** The age up to which folders are kept, by the last measure of the disk. */
  maxAgeMs: Millis;
}

/** A folder that was there at the start. */
export interface FoundFolder {
  readonly path: string;
  readonly modifiedAt: Millis;
  /** True for the sandbox of a standalone container, which a flag wants removed or not. */
  readonly isOfContainer?: boolean;
}

export function initGarbage(settings: GarbageSettings | undefined): Garbage {
  const maxAgeMs = settings ? maxAge(settings, 0) : 0;
  return { ended: [], scheduled: new Map(), removing: 0, nextAt: undefined, maxAgeMs };
}

/** The age up to which folders are kept when this part of the disk is used. */
export function maxAge({ delayMs, headroom }: GarbageSettings, usage: number): Millis {
  return delayMs * Math.max(0, 1 - headroom - usage);
}

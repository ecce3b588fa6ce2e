/** Seeded schedules of faults: which process is killed, stopped or cut off, when, and for how long. */

import { nextInteger, type Random, randomFrom } from '../../cluster/model/random';

export const FAULT_KINDS = ['kill', 'stop', 'cut'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  /** After the beginning. */
  readonly atMs: number;
  readonly kind: FaultKind;
  /** The name of a process. */
  readonly target: string;
  /** Until it is healed: the process is started again, goes on, or is reachable. */
  readonly lastsMs: number;
}

export interface FaultPlan {
  readonly seed: number;
  readonly targets: readonly string[];
  readonly durationMs: number;
  /** The mean time between two faults. */
  readonly pauseMs: number;
  readonly longestMs: number;
}

/** Faults of one process do not overlap; those of several do. All are healed by the end. */
export function faultSchedule({
  seed,
  targets,
  durationMs,
  pauseMs,
  longestMs,
}: FaultPlan): readonly Fault[] {
  const random = randomFrom(seed);
  const busyUntil = new Map<string, number>();
  const faults: Fault[] = [];
  let atMs = 0;
  for (;;) {
    atMs += 500 + nextInteger(random, 2 * pauseMs);
    if (atMs >= durationMs) return faults;
    const target = pick(random, targets);
    const kind = pick(random, FAULT_KINDS);
    const lastsMs = Math.min(200 + nextInteger(random, longestMs), durationMs - atMs);
    if ((busyUntil.get(target) ?? 0) > atMs) continue;
    busyUntil.set(target, atMs + lastsMs + 500);
    faults.push({ atMs, kind, target, lastsMs });
  }
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[nextInteger(random, values.length)] as T;
}

export function faultText({ atMs, kind, target, lastsMs }: Fault): string {
  return `${(atMs / 1000).toFixed(1)} s: ${kind} ${target} for ${(lastsMs / 1000).toFixed(1)} s`;
}

/**
 * The end of a container, from what its `docker run` and the engine say. Pure.
 *
 * `docker run` ends with the exit code of the container, with a code of its own (125 to 127) when that did not start, and
 * with 125, too, when it loses the engine. So the engine is asked, and while that is away the first process is looked at.
 */

import type { ExitStatus } from '../../../model/exit-status';
import type { Millis } from '../../../model/time';
import type { Inspection } from './inspection';

/** The time that an engine has to come back and tell the exit code of a container whose process is gone. */
export const ENGINE_MS: Millis = 60_000;

const OWN_CODES: readonly number[] = [125, 126, 127];
/** The code of `docker run` when it loses the engine, among others. */
export const LOST = 125;
const KILLED = 137;

export interface Signs {
  /** The end of `docker run`. */
  readonly status: ExitStatus;
  /** The container as the engine has it: `absent` when it has none, `unreachable` when there is no engine. */
  readonly seen: Pick<Inspection, 'phase' | 'exitCode'> | 'absent' | 'unreachable';
  /** True while the first process of the container lives. */
  readonly isAlive: boolean;
  /** True once the container was seen as started. */
  readonly wasStarted: boolean;
  /** True once the container was killed without the engine. */
  readonly isKilled: boolean;
  /** The time without an engine, with the process gone. */
  readonly waitedMs: Millis;
}

export type Verdict =
  | { readonly ended: ExitStatus }
  /** Nobody can tell how it ended. */
  | 'unknown'
  /** It goes on: its output has to be followed anew. */
  | 'follow'
  /** The engine has to be asked again. */
  | 'ask';

export function judgeEnd({ status, seen, isAlive, wasStarted, isKilled, waitedMs }: Signs): Verdict {
  if (seen === 'unreachable') {
    if (isAlive) return 'ask';
    if (isKilled) return { ended: { code: KILLED } };
    return waitedMs < ENGINE_MS ? 'ask' : 'unknown';
  }
  if (seen === 'absent')
    return wasStarted && 'code' in status && status.code === LOST ? 'unknown' : { ended: status };
  if (seen.phase === 'running') return 'follow';
  return { ended: seen.phase === 'ended' ? { code: seen.exitCode } : status };
}

/** True when a container may have written what its `docker run` did not copy: that was killed, or lost the engine. */
export function mayMissOutput({ status, seen }: Pick<Signs, 'status' | 'seen'>): boolean {
  const wasLost = 'signal' in status || status.code === LOST;
  return wasLost && typeof seen === 'object' && seen.phase === 'ended';
}

/** True when a `docker run` whose container nobody has seen may have run it, such as with the parameter `rm`. */
export function mayHaveStarted(status: ExitStatus): boolean {
  return 'code' in status && !OWN_CODES.includes(status.code);
}

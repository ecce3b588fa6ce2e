/**
 * Events of the zone builder: from the calls to masters, from the way out of the zone, from ZooKeeper and look-ups. They tell
 * sizes and outcomes; the facts themselves stay with the edge.
 */

import type { Stamped, Unstamped, Woke } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';

export interface BuilderEvents {
  started: object;
  /** The masters in ZooKeeper, as origins of URLs; none while nobody leads. */
  'masters.changed': { masters: readonly string[] };
  /** The masters cannot be learned from ZooKeeper. */
  'masters.failed': object;
  /** A master answers with a stream. `url` is the one that does, after redirects. */
  'stream.opened': { attempt: number; url: string };
  /** Bytes came that are not the whole beginning yet. */
  'stream.heard': { attempt: number };
  /** The stream has told its beginning: all facts, which wait for `load`. */
  'stream.begun': { attempt: number; heartbeatMs: Millis | undefined; tasks: number; agents: number };
  /** Events of the stream were applied to the facts. */
  'stream.applied': { attempt: number; changed: boolean; frameworks: boolean };
  /** The state was read: all facts, which wait for `load`. */
  'state.read': { attempt: number; url: string; tasks: number; agents: number };
  /** An attempt failed, or its stream has ended; then the reason may be empty. */
  'attempt.ended': { attempt: number; reason: string };
  /** The addresses of frameworks' drivers were read; some may have changed. */
  'pids.read': { attempt: number; changed: boolean };
  /** A host has other addresses than before. */
  'host.changed': { host: string };
  'part.sent': { last: boolean };
  /** There was nothing to send. */
  'change.empty': object;
  'part.taken': object;
  stopped: object;
  woke: Woke;
}

export type BuilderEvent = Stamped<BuilderEvents>;
export type BuilderInput = Unstamped<BuilderEvents>;
export type EventOf<K extends keyof BuilderEvents> = Stamped<BuilderEvents, K>;

/**
 * Effects of the zone builder, and the turn that collects them.
 */

import type { CommonEffect } from '../../../cluster/model/event';
import type { Turn } from '../../../cluster/model/machine';
import type { Millis } from '../../../cluster/model/time';
import type { BuilderState, FactSource } from './state';

export type BuilderEffect =
  | CommonEffect
  /** Asks a master for its event stream, or for its state. */
  | { readonly kind: 'open' | 'poll'; readonly attempt: number; readonly url: string }
  /** Ends the attempt that is under way. */
  | { readonly kind: 'close' }
  /** Takes the facts that this attempt has read. */
  | { readonly kind: 'load'; readonly attempt: number }
  /** Asks for the addresses of frameworks' drivers, which the stream does not tell. */
  | { readonly kind: 'ask-pids'; readonly attempt: number; readonly url: string }
  /** Takes the changes since the last time, for a zone with this serial. */
  | { readonly kind: 'begin-change'; readonly serial: number }
  | { readonly kind: 'send-part' }
  /** There has been no leader in ZooKeeper for too long: the process should end. */
  | { readonly kind: 'lose'; readonly reason: string }
  /** A zone of several parts has gone out. */
  | { readonly kind: 'settled' }
  | { readonly kind: 'look-up-hosts' }
  | {
      readonly kind: 'status';
      readonly source: FactSource;
      readonly heardAt: Millis;
      readonly failures: number;
    };

export type BuilderTurn = Turn<BuilderState, BuilderEffect>;

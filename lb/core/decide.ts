/**
 * What to do so that HAProxy serves what is wanted, with a reason for the log.
 *
 * Commands over the Runtime API would do for changes of servers only; this version reloads for every change.
 */

import type { Files } from './render';
import { describeChange } from './sections';

export type Decision =
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'commands'; readonly commands: readonly string[]; readonly reason: string }
  | { readonly kind: 'reload'; readonly reason: string };

/** `running` is what HAProxy has loaded. */
export function decide(running: Files, wanted: Files): Decision {
  if (running.config === wanted.config) return { kind: 'nothing', reason: 'the configuration is the same' };
  return {
    kind: 'reload',
    reason: describeChange(running.config, wanted.config) || 'only blank space changed',
  };
}

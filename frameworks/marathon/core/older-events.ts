/**
 * Events as earlier versions recorded them, in today's form, so that their recordings can be replayed.
 *
 * The names of scheduler events began with `driver.`; a probe had an index, which was -1 for the readiness check; the
 * fields of a timer's name were set apart by slashes.
 */

import type { MarathonEvent, ProbePurpose } from './state/events';

/** A recorded event of this or an earlier version. */
export interface RecordedEvent {
  readonly kind: string;
  readonly index?: number;
  readonly timer?: string;
}

export function currentEvent(event: RecordedEvent): MarathonEvent {
  if (event.kind === 'woke')
    return { ...event, timer: event.timer?.replaceAll('/', ' ') } as unknown as MarathonEvent;
  const { index, ...members } = event;
  const kind = event.kind.replace(/^driver\./, 'scheduler.');
  if (kind !== 'probed' || index === undefined) return { ...event, kind } as unknown as MarathonEvent;
  const purpose: ProbePurpose = index < 0 ? { kind: 'readiness' } : { kind: 'health', index };
  return { ...members, purpose } as unknown as MarathonEvent;
}

/** The end of the lead by order (`DELETE /v2/leader`). */

import { type Handover, requestHandover } from '../../kit/edge/state/handover';
import type { MarathonParts } from './parts';

/** Time for the answer to reach its sender, as in the original. */
const DELAY_MS = 500;

/** Stores what the next leader is to do; the lead is given up soon after. */
export async function abdicate({ current, context }: MarathonParts, handover: Handover): Promise<void> {
  const { term } = current;
  if (!term) throw new Error('there is no term to give up');
  if (handover.backup !== undefined || handover.restore !== undefined)
    await requestHandover(term.store, handover);
  const { clock } = context;
  clock.wakeAt(clock.now() + DELAY_MS, () => term.abdicate('somebody asked for it (DELETE /v2/leader)'));
}

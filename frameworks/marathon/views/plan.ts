/** Plans as the API shows them: the steps of a change, and what its rehearsal started, stopped and left waiting. */

import { printStep } from '../core/deployments/plan';
import type { Rehearsal } from '../core/rehearsal';
import type { MarathonState } from '../core/state/state';
import { isoTime } from '../core/state/turn';

export function printPlan({ knownAgents }: MarathonState, rehearsal: Rehearsal): object {
  const { steps, cancels, start, stop, wait, ends, complete } = rehearsal;
  return {
    steps: steps.map(printStep),
    ends,
    complete,
    cancels,
    start: start.map(({ app, agentId, host }) => ({ app, agentId, host })),
    stop: stop.map(({ app, instanceId, agentId, host }) => ({ app, instanceId, agentId, host })),
    wait,
    agents: [...knownAgents].map(([agentId, { offer, seenAt }]) => ({
      agentId,
      host: offer.hostname,
      seenAt: isoTime(seenAt),
    })),
  };
}

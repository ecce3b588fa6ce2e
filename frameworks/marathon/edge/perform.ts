/**
 * Performs the effects of Marathon's core.
 */

import type { Performers } from '../../../cluster/runtime/mailbox';
import { performStore } from '../../kit/edge/store';
import type { MarathonEffect } from '../core/state/effects';
import type { MarathonParts } from './parts';

export function marathonPerformers(parts: MarathonParts): Performers<MarathonEffect> {
  const { context, core, store, drain, scheduler, publish, requests, probes, mesosMetrics } = parts;
  return {
    framework: ({ info }) => scheduler.setFramework(info),
    call: ({ call }) => {
      mesosMetrics.call(call);
      drain.call(call);
    },
    store: (effect) => void performStore(store, effect, core.post),
    publish: ({ event, pod }) => publish(event, pod),
    answer: ({ request, answer }) => requests.answer(request, answer),
    probe: (effect) => probes.start(effect),
    resign: ({ reason }) => context.end(reason),
  };
}

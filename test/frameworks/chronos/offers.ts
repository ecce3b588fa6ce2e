/** Offers in tests: `offer('O1', 'cpus:4;mem:1024;ports:31000-31009')`. */

import type * as mesos from '../../../cluster/api/generated/mesos';
import { type RemainingOffer, remainingOffer } from '../../../frameworks/kit/core/match/remaining-offer';
import { readWords } from '../../cluster/master/operation-words';

export function wireOffer(id: string, words: string, members: Partial<mesos.Offer> = {}): mesos.Offer {
  return {
    id: { value: id },
    framework_id: { value: 'F1' },
    agent_id: { value: `S-${id}` },
    hostname: `host-${id}`,
    allocation_info: { role: '*' },
    resources: readWords(words) as unknown as mesos.Resource[],
    ...members,
  };
}

export function offer(id: string, words: string, members: Partial<mesos.Offer> = {}): RemainingOffer {
  return remainingOffer(wireOffer(id, words, members));
}

export function textAttribute(name: string, value: string): mesos.Attribute {
  return { name, type: 'TEXT', text: { value } };
}

/** The match of an offer and a job: the resources to take from the offer, or what the offer lacks, in words. */

import type { Random } from '../../../../cluster/model/random';
import { type Resources, rangesOf } from '../../../../cluster/model/resources';
import { brokenAttributeRule, offeredAttributes } from '../../../kit/core/constraints/attributes';
import { choosePorts } from '../../../kit/core/match/ports';
import { offeredRole, type RemainingOffer } from '../../../kit/core/match/remaining-offer';
import { usableResources } from '../../../kit/core/match/resources';
import { consumeNeed, lackingScalars, type ScalarNeed } from '../../../kit/core/match/scalars';
import type { Job } from '../jobs/job';
import { portRequestsOf } from '../jobs/shape';

export type JobMatch =
  | { readonly ok: true; readonly resources: Resources; readonly hostPorts: readonly (number | null)[] }
  | { readonly ok: false; readonly lacks: readonly string[] };

export function matchJob(remaining: RemainingOffer, job: Job, random: Random): JobMatch {
  const { offer } = remaining;
  const usable = usableResources(remaining.resources, new Set(['*', offeredRole(offer)]));
  const need = needOf(job);
  const broken = brokenAttributeRule(job.constraints, offeredAttributes(offer));
  const lacks = [
    ...(broken ? [`does not have ${broken.join(' ')}`] : []),
    ...lackingScalars(usable, need).map((name) => `has less than ${need[name]} ${name}`),
  ];
  if (lacks.length > 0) return { ok: false, lacks };
  const hostPorts = choosePorts(portRequestsOf(job), rangesOf(usable, 'ports'), random);
  if (hostPorts === undefined) return { ok: false, lacks: ['does not have the ports'] };
  const ports = hostPorts.filter((port) => port !== null);
  return { ok: true, resources: consumeNeed(usable, need, ports), hostPorts };
}

function needOf({ cpus, mem, disk }: Job): ScalarNeed {
  return { cpus, mem, disk, gpus: 0 };
}

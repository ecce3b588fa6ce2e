/**
 * The match of an offer and an app: the resources to take from the offer, or every refusal.
 */

import type { Random } from '../../../../cluster/model/random';
import { type Resources, rangesOf } from '../../../../cluster/model/resources';
import type { Millis } from '../../../../cluster/model/time';
import { type AgentInfo, fieldValue } from '../../../kit/core/constraints/field';
import { brokenRules, type Placements } from '../../../kit/core/constraints/list';
import {
  isUnderMaintenance,
  offeredRole,
  type RemainingOffer,
} from '../../../kit/core/match/remaining-offer';
import { remainderOf, scalarAmount, usableResources } from '../../../kit/core/match/resources';
import { addNeeds, consumeNeed, lackingScalars, type ScalarName } from '../../../kit/core/match/scalars';
import { executorNeed } from '../apps/executor';
import { isForAll } from '../residency/labels';
import { isPod, type PodSpec, type RunSpec } from '../state/run-spec';
import type { MarathonSettings } from '../state/settings';
import { matchPorts } from './ports';
import type { OfferRefusal } from './refusals';

export interface MatchContext {
  readonly settings: MarathonSettings;
  readonly random: Random;
  readonly now: Millis;
  readonly localRegion: string | undefined;
  /** Those of instances of the same configuration. */
  readonly placements: Placements;
  /** The resources to choose from; those of the accepted roles without it. */
  readonly usable?: Resources | undefined;
  /** True for a launch on volumes, which are where they are, GPUs beside them or not. */
  readonly isOnVolumes?: boolean | undefined;
}

export type Match =
  | {
      readonly ok: true;
      /** Those of each task: one of an app, one for each container of a pod. */
      readonly resources: readonly Resources[];
      /** Those of an executor beside the tasks; that of a pod has the ports, too. */
      readonly executorResources: Resources;
      readonly hostPorts: readonly (number | null)[];
    }
  | { readonly ok: false; readonly refusals: readonly OfferRefusal[] };

export type SuccessfulMatch = Extract<Match, { ok: true }>;

export function matchOffer(remaining: RemainingOffer, app: RunSpec, context: MatchContext): Match {
  const usable = context.usable ?? usableFor(remaining, app, context);
  const ofExecutor = executorNeed(app, context.settings);
  const need = ofExecutor ? addNeeds(app, ofExecutor) : app;
  const refusals: OfferRefusal[] = [
    ...roleRefusals(remaining, app, usable),
    ...agentRefusals(remaining, app, context),
    ...lackingScalars(usable, need).map((name) => lacking(usable, name, need[name])),
    ...(context.isOnVolumes ? [] : gpuRefusals(remaining, app, context.settings)),
  ];
  if (refusals.length > 0) return { ok: false, refusals };
  const hostPorts = matchPorts(app, rangesOf(usable, 'ports'), context.random);
  if (!hostPorts) return { ok: false, refusals: [{ cause: 'ports' }] };
  const ports = hostPorts.filter((port) => port !== null);
  if (isPod(app)) return { ok: true, ...podResources(usable, app, ports), hostPorts };
  const resources = consumeNeed(usable, app, ports);
  const executorResources = ofExecutor ? consumeNeed(remainderOf(usable, resources), ofExecutor, []) : [];
  return { ok: true, resources: [resources], executorResources, hostPorts };
}

function podResources(
  usable: Resources,
  { pod }: PodSpec,
  ports: readonly number[],
): Pick<SuccessfulMatch, 'resources' | 'executorResources'> {
  const executorResources = consumeNeed(usable, { ...pod.executorResources, gpus: 0 }, ports);
  let left = remainderOf(usable, executorResources);
  const resources = pod.containers.map((container) => {
    const consumed = consumeNeed(left, container.resources, []);
    left = remainderOf(left, consumed);
    return consumed;
  });
  return { resources, executorResources };
}

/** Resources of the accepted roles. Those that are reserved for one instance are not for others. */
function usableFor({ resources }: RemainingOffer, app: RunSpec, { settings }: MatchContext): Resources {
  return usableResources(resources, acceptedRoles(app, settings)).filter(isForAll);
}

/** The accepted resource roles of an app. */
export function acceptedRoles(app: RunSpec, settings: MarathonSettings): ReadonlySet<string> {
  if (app.acceptedResourceRoles.length > 0) return new Set(app.acceptedResourceRoles);
  switch (settings.acceptedRolesDefault) {
    case 'any':
      return new Set(['*', app.role]);
    case 'unreserved':
      return new Set(['*']);
    case 'reserved':
      return new Set([app.role]);
  }
}

function roleRefusals({ offer, resources }: RemainingOffer, app: RunSpec, usable: Resources): OfferRefusal[] {
  const offered = offeredRole(offer);
  if (offered !== app.role) return [{ cause: 'role', offered }];
  return usable.length === 0 && resources.length > 0 ? [{ cause: 'reserved' }] : [];
}

function agentRefusals(
  { offer, agent }: RemainingOffer,
  app: RunSpec,
  context: MatchContext,
): OfferRefusal[] {
  const { placements, localRegion, settings, now } = context;
  const refusals: OfferRefusal[] = [];
  for (const rule of brokenRules(app.constraints, { agent, placements, instances: app.instances }))
    refusals.push({ cause: 'constraint', rule, value: fieldValue(rule[0] ?? '', agent) });
  if (isRemote(agent, app, localRegion)) refusals.push({ cause: 'region', region: agent.region });
  if (settings.maintenanceMode && isUnderMaintenance(offer, now, settings.drainingMs))
    refusals.push({ cause: 'maintenance' });
  return refusals;
}

/** True for an agent of another region, which is open only to apps with a constraint on regions or zones. */
function isRemote(agent: AgentInfo, app: RunSpec, localRegion: string | undefined): boolean {
  if (agent.region === undefined || localRegion === undefined || agent.region === localRegion) return false;
  return !app.constraints.some(([field]) => field === '@region' || field === '@zone');
}

function lacking(usable: Resources, name: ScalarName, needed: number): OfferRefusal {
  return {
    cause: 'scalar',
    name,
    needed: Math.round(needed * 1000),
    offered: scalarAmount(usable, name),
  };
}

function gpuRefusals(
  { resources }: RemainingOffer,
  app: RunSpec,
  settings: MarathonSettings,
): OfferRefusal[] {
  if (app.gpus > 0 || scalarAmount(resources, 'gpus') === 0) return [];
  const behaviour = app.labels['GPU_SCHEDULING_BEHAVIOR'] ?? settings.gpuScheduling;
  return behaviour === 'restricted' ? [{ cause: 'gpus' }] : [];
}

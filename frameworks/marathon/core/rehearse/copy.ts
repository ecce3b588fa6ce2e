/**
 * A copy of the state for a rehearsal: whole as far as the rules about changes go, and with the instances of some apps only.
 *
 * Always true: nothing that the copy changes belongs to the original.
 */

import type { Millis } from '../../../../cluster/model/time';
import { newReviveState } from '../../../kit/core/session/revive';
import { newOutbox } from '../../../kit/core/turn/outbox';
import { indexInstance, instancesOf } from '../instances/instances';
import { emptyTables } from '../state/empty-tables';
import type { Health, Instance, MarathonState } from '../state/state';

export function copyFor(state: MarathonState, apps: ReadonlySet<string>, now: Millis): MarathonState {
  const instances = [...apps].flatMap((id) => instancesOf(state, id));
  const copy: MarathonState = {
    ...state,
    random: { ...state.random },
    groups: new Map(state.groups),
    apps: new Map(state.apps),
    pods: new Map(state.pods),
    history: [],
    versions: copyOfVersions(state.versions, apps),
    podVersions: copyOfVersions(state.podVersions, apps),
    ...emptyTables(),
    deployments: new Map(
      [...state.deployments].map(([id, deployment]) => [
        id,
        { ...deployment, open: new Set(deployment.open) },
      ]),
    ),
    locks: new Map(state.locks),
    session: { ...state.session, connected: true },
    outbox: newOutbox(),
    revive: newReviveState(now),
    // A rehearsal tells where instances go, and not how fast.
    launchTokens: Number.MAX_SAFE_INTEGER,
    launchTokensAt: now,
    counters: { ...state.counters },
  };
  for (const { id } of instances) copyChecks(state, copy, id);
  for (const instance of instances) indexInstance(copy, copyOf(instance));
  return copy;
}

/** The definitions of those that the rehearsal changes are copied, the others shared. */
function copyOfVersions<Spec>(
  versions: ReadonlyMap<string, Map<string, Spec>>,
  changed: ReadonlySet<string>,
): Map<string, Map<string, Spec>> {
  return new Map(
    [...versions].map(([id, definitions]) => [id, changed.has(id) ? new Map(definitions) : definitions]),
  );
}

function copyOf(instance: Instance): Instance {
  return {
    ...instance,
    ...(instance.task && { task: { ...instance.task } }),
    ...(instance.tasks && { tasks: instance.tasks.map((task) => ({ ...task })) }),
  };
}

function copyChecks(state: MarathonState, copy: MarathonState, instanceId: string): void {
  const health = state.health.get(instanceId);
  if (health) copy.health.set(instanceId, copyOfHealth(health));
  const readiness = state.readiness.get(instanceId);
  if (readiness) copy.readiness.set(instanceId, { ...readiness });
}

function copyOfHealth({ checks, ...health }: Health): Health {
  return { ...health, checks: checks.map((check) => check && { ...check, probing: undefined }) };
}

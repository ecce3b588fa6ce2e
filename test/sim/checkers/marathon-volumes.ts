/**
 * The promises about persistent volumes: what tasks wrote is destroyed only after a wipe or the removal of its app, an
 * instance is launched on its own volumes and no others, and none is left over.
 */

import type { ResourceOperation } from '../../../cluster/model/conversions';
import type { Resources } from '../../../cluster/model/resources';
import { ownerOf } from '../../../frameworks/marathon/core/residency/labels';
import { persistenceId } from '../../../frameworks/marathon/core/residency/reservations';
import type { MarathonEvent } from '../../../frameworks/marathon/core/state/events';
import { isResident, specOf } from '../../../frameworks/marathon/core/state/run-spec';
import type { MarathonState } from '../../../frameworks/marathon/core/state/state';

interface AgentView {
  readonly standing: string;
  readonly total: Resources;
}

export class VolumeChecker {
  destroyed = 0;
  /** The volumes that each instance was launched on. */
  private readonly used = new Map<string, readonly string[]>();
  /** Those of agents that were given up. */
  private readonly lost = new Set<string>();
  /** Instances with used volumes, and the apps that want them. */
  private kept = new Map<string, string>();

  /** A life of Marathon begins with what was stored. */
  began(state: MarathonState): void {
    for (const id of this.kept.keys())
      if (state.instances.get(id)?.reservation === undefined && !this.isLost(id))
        throw new Error(`${id} has lost its volumes in a crash`);
    this.look(state);
  }

  stepped(event: MarathonEvent, state: MarathonState): void {
    const isWipe = event.kind === 'api.kill' && event.wipe;
    for (const [id, appId] of this.kept) {
      const instance = state.instances.get(id);
      const isWanted = instance && instance.goal !== 'Decommissioned';
      if (isWanted && !instance.reservation && !this.isLost(id))
        throw new Error(`${id} has lost its volumes by ${event.kind}`);
      if (!isWanted && !isWipe && specOf(state, appId))
        throw new Error(`the volumes of ${id} are given up by ${event.kind}, and ${appId} wants them`);
    }
    this.look(state);
  }

  /** A launch leaves: on the volumes of the launch before, where the instance has not lost them with their agent. */
  launched(state: MarathonState, taskId: string, instanceId: string, resources: Resources): void {
    const ids = volumesOf(resources).sort();
    const instance = state.instances.get(instanceId);
    const wanted = (instance?.reservation?.volumes ?? []).map((volume) =>
      persistenceId({ appId: instance?.appId ?? '' }, volume),
    );
    if (instance && ids.join() !== wanted.sort().join())
      throw new Error(`${taskId} is launched on ${ids.join()}, and has ${wanted.join()}`);
    const spec = instance && specOf(state, instance.appId);
    if (spec && isResident(spec) && ids.length === 0)
      throw new Error(`${taskId} is launched without its volumes`);
    const before = this.used.get(instanceId);
    if (before && before.join() !== ids.join() && !this.lost.has(before.join()))
      throw new Error(`${taskId} comes back on ${ids.join()}, and was on ${before.join()}`);
    if (ids.length > 0) this.used.set(instanceId, ids);
  }

  /** An operation leaves: it destroys no volume of an instance that is to stay. */
  converting(state: MarathonState, operation: ResourceOperation): void {
    if (operation.type !== 'DESTROY') return;
    for (const volume of operation.volumes) {
      this.destroyed++;
      const owner = ownerOf(volume)?.instanceId ?? '';
      const instance = state.instances.get(owner);
      if (instance && instance.goal !== 'Decommissioned')
        throw new Error(`a volume of ${owner} (${instance.goal} ${instance.condition}) is destroyed`);
    }
  }

  /** An agent is given up, with all volumes on it. */
  agentLost(total: Resources): void {
    const gone = new Set(volumesOf(total));
    for (const ids of this.used.values()) if (ids.some((id) => gone.has(id))) this.lost.add(ids.join());
  }

  private isLost(id: string): boolean {
    return this.lost.has(this.used.get(id)?.join() ?? '');
  }

  private look(state: MarathonState): void {
    this.kept = new Map();
    for (const ids of state.reserved.values())
      for (const id of ids) {
        const instance = state.instances.get(id);
        const isKept = instance && instance.goal !== 'Decommissioned' && this.used.has(id);
        if (isKept && !this.isLost(id)) this.kept.set(id, instance.appId);
      }
  }
}

/** Each volume on the agents is that of an instance, which it is reserved for. */
export function checkVolumes(state: MarathonState, agents: readonly AgentView[]): void {
  for (const { standing, total } of agents) {
    if (standing === 'gone') continue;
    for (const resource of total) {
      const owner = ownerOf(resource);
      if (!owner) continue;
      const instance = state.instances.get(owner.instanceId);
      // What is of an earlier framework id may be that of another framework: it is not freed, as in the original.
      if (!instance?.reservation && owner.frameworkId !== state.session.frameworkId) continue;
      if (!instance?.reservation)
        throw new Error(`${resource.name} is reserved for ${owner.instanceId}, which nobody knows`);
      if (instance.goal === 'Decommissioned')
        throw new Error(`${resource.name} of ${owner.instanceId} is not freed`);
      const [id] = volumesOf([resource]);
      const ids = instance.reservation.volumes.map((volume) => persistenceId(instance, volume));
      if (id !== undefined && !ids.includes(id)) throw new Error(`the volume ${id} is of no instance`);
    }
  }
}

function volumesOf(resources: Resources): string[] {
  return resources.flatMap(({ meta }) => meta.disk?.persistence?.id ?? []);
}

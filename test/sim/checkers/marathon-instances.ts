/**
 * The promises about instances, step by step: no id twice, never more than the app and its upgrade strategy allow, never
 * fewer healthy ones than it allows by a stop of our own, dependencies first, and launches only where constraints hold.
 */

import { type AgentInfo, fieldValue } from '../../../frameworks/kit/core/constraints/field';
import { isLive } from '../../../frameworks/marathon/core/instances/conditions';
import { definitionOf } from '../../../frameworks/marathon/core/instances/definition';
import { healthOf } from '../../../frameworks/marathon/core/instances/health-state';
import { tasksOf } from '../../../frameworks/marathon/core/instances/tasks';
import type { MarathonEvent } from '../../../frameworks/marathon/core/state/events';
import {
  hasHealthChecks,
  isResident,
  type RunSpec,
  specOf,
} from '../../../frameworks/marathon/core/state/run-spec';
import type {
  ActionName,
  Deployment,
  Instance,
  MarathonState,
} from '../../../frameworks/marathon/core/state/state';

interface Seen {
  readonly taskId: string | undefined;
  readonly goal: Instance['goal'];
}

/** The instances that a step has changed. */
interface Changes {
  readonly scheduled: Instance[];
  readonly launched: Instance[];
  readonly stopped: Instance[];
}

export class InstanceChecker {
  private seen = new Map<string, Seen>();
  private readonly ids = new Set<string>();
  private rootVersion = '';

  /** A life of Marathon begins with what was stored. */
  began(state: MarathonState): void {
    this.seen = new Map();
    this.rootVersion = state.rootVersion;
    for (const instance of state.instances.values()) {
      if (!this.ids.has(instance.id)) throw new Error(`${instance.id} was never scheduled`);
      this.seen.set(instance.id, seenOf(instance));
    }
  }

  stepped(event: MarathonEvent, state: MarathonState): void {
    const { scheduled, launched, stopped } = this.changesOf(state);
    for (const appId of new Set(scheduled.map((instance) => instance.appId))) checkScheduled(state, appId);
    // A deployment may be given up in the step of a launch, which was of the version before then.
    const isGivenUp = state.rootVersion !== this.rootVersion;
    this.rootVersion = state.rootVersion;
    for (const instance of launched) if (!isGivenUp) checkLaunched(state, instance, launched.length === 1);
    if (stopped.length > 0 && event.kind !== 'api.kill') checkStopped(state, stopped);
  }

  private changesOf(state: MarathonState): Changes {
    const changes: Changes = { scheduled: [], launched: [], stopped: [] };
    for (const instance of state.instances.values()) {
      const before = this.seen.get(instance.id);
      const { goal } = instance;
      const [task] = tasksOf(instance);
      if (!before) this.register(instance, changes);
      else if (before.taskId !== task?.id && task !== undefined) changes.launched.push(instance);
      if (before?.goal === 'Running' && goal === 'Decommissioned') changes.stopped.push(instance);
      if (before?.goal !== goal || before.taskId !== task?.id) this.seen.set(instance.id, seenOf(instance));
    }
    if (this.seen.size > state.instances.size)
      for (const id of this.seen.keys()) if (!state.instances.has(id)) this.seen.delete(id);
    return changes;
  }

  private register(instance: Instance, { scheduled }: Changes): void {
    if (this.ids.has(instance.id)) throw new Error(`the id ${instance.id} is there again`);
    this.ids.add(instance.id);
    scheduled.push(instance);
  }
}

function seenOf(instance: Instance): Seen {
  return { taskId: tasksOf(instance)[0]?.id, goal: instance.goal };
}

/** The action of the current step of the deployment that has locked an app. */
function actionOf(state: MarathonState, appId: string): ActionName | undefined {
  const deployment = deploymentOf(state, appId);
  if (!deployment?.open.has(appId)) return undefined;
  return deployment.steps[deployment.done]?.actions.find(({ app }) => app === appId)?.action;
}

function deploymentOf({ locks, deployments }: MarathonState, appId: string): Deployment | undefined {
  return deployments.get(locks.get(appId) ?? '');
}

function instancesOf({ byApp, instances }: MarathonState, appId: string): Instance[] {
  return [...(byApp.get(appId) ?? [])].flatMap((id) => instances.get(id) ?? []);
}

interface Limits {
  readonly least: number;
  readonly most: number;
}

/** The fewest healthy and the most instances during a restart, by the documentation of the original. */
function limitsOf(spec: RunSpec): Limits {
  const { instances, upgradeStrategy, labels } = spec;
  if (labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true') return { least: 0, most: instances };
  const least = Math.ceil(instances * upgradeStrategy.minimumHealthCapacity);
  const most = Math.floor(instances * (1 + upgradeStrategy.maximumOverCapacity));
  if (most === least && isResident(spec)) return { least: least - 1, most };
  return { least, most: most === least ? most + 1 : most };
}

/** No more instances than the app asks for, or than its upgrade strategy allows during a restart. */
function checkScheduled(state: MarathonState, appId: string): void {
  const app = specOf(state, appId);
  if (!app) throw new Error(`an instance of ${appId} is scheduled, which is no app`);
  const all = instancesOf(state, appId);
  const wanted = all.filter(isCounting);
  if (actionOf(state, appId)?.startsWith('Restart')) {
    const existing = all.filter((instance) => isCounting(instance) || isLive(instance)).length;
    const { most } = limitsOf(app);
    if (existing > most)
      throw new Error(`${appId} has ${existing} instances in a restart, of at most ${most}`);
  } else if (wanted.length > app.instances)
    throw new Error(`${appId} has ${wanted.length} wanted instances of ${app.instances}`);
  checkOrder(deploymentOf(state, appId), appId);
}

function isCounting({ goal, condition }: Instance): boolean {
  return goal === 'Running' && condition !== 'UnreachableInactive';
}

/** An app of a later step waits for those that it depends on. */
function checkOrder(deployment: Deployment | undefined, appId: string): void {
  const place = deployment?.steps.findIndex(({ actions }) =>
    actions.some(({ action, app }) => app === appId && action !== 'StartApplication'),
  );
  if (deployment && place !== undefined && place > deployment.done)
    throw new Error(`${appId} is scheduled before the apps that it depends on`);
}

function isHealthy(state: MarathonState, app: RunSpec, instance: Instance): boolean {
  if (instance.condition !== 'Running') return false;
  const version = definitionOf(state, instance) ?? app;
  return !hasHealthChecks(version) || healthOf(state, version, instance) === true;
}

/** A restart stops no healthy instance that is needed for the minimum health capacity. */
function checkStopped(state: MarathonState, stopped: readonly Instance[]): void {
  for (const appId of new Set(stopped.map((instance) => instance.appId))) {
    const app = specOf(state, appId);
    if (!app || !actionOf(state, appId)?.startsWith('Restart')) continue;
    const healthy = stopped.filter((instance) => instance.appId === appId && isHealthy(state, app, instance));
    const left = instancesOf(state, appId).filter(
      (instance) => instance.goal === 'Running' && isHealthy(state, app, instance),
    ).length;
    const { least } = limitsOf(app);
    if (healthy.length > 0 && left < least)
      throw new Error(`${appId} is left with ${left} healthy instances by a stop, of at least ${least}`);
  }
}

/**
 * A launch is of the current version, and fulfils the constraints beside the others of its configuration. GROUP_BY depends on
 * their order, so it is checked of single launches.
 */
function checkLaunched(state: MarathonState, instance: Instance, isSingle: boolean): void {
  const app = specOf(state, instance.appId);
  const { agent, goal, version } = instance;
  const [task] = tasksOf(instance);
  const name = task?.id ?? instance.id;
  if (!app || !agent || goal !== 'Running') throw new Error(`${name} is launched, which nothing wants`);
  if (version !== app.version) throw new Error(`${name} is launched in an old version`);
  const others = instancesOf(state, app.id).filter(
    (other) =>
      other !== instance && isLive(other) && other.configVersion >= app.versionInfo.lastConfigChangeAt,
  );
  const placed = others.flatMap((other) => other.agent ?? []);
  for (const rule of app.constraints)
    if ((isSingle || rule[1] !== 'GROUP_BY') && !holds(rule, agent, placed))
      throw new Error(`${name} breaks ${rule.join(' ')} on ${agent.host}`);
}

/** The rules of the documentation; of GROUP_BY that a group grows only while no other one is smaller by two. */
function holds([field = '', operator, value = '']: readonly string[], agent: AgentInfo, placed: AgentInfo[]) {
  const mine = fieldValue(field, agent);
  const counts = new Map<string, number>();
  for (const other of placed.flatMap((info) => fieldValue(field, info) ?? []))
    counts.set(other, (counts.get(other) ?? 0) + 1);
  const count = counts.get(mine ?? '') ?? 0;
  switch (operator) {
    case 'UNIQUE':
      return count === 0;
    case 'MAX_PER':
      return count < Number(value);
    case 'CLUSTER':
    case 'IS':
      return mine === value;
    case 'LIKE':
      return new RegExp(`^(${value})$`).test(mine ?? '');
    case 'UNLIKE':
      return !new RegExp(`^(${value})$`).test(mine ?? '');
    default:
      return value !== '' || count <= Math.min(count, ...counts.values());
  }
}

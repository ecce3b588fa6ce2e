/** The promises of a Marathon that was left in peace for long: everything is as it is wanted, and nothing is left over. */

import { isDeepStrictEqual } from 'node:util';
import { isTerminal } from '../../../cluster/model/task-state';
import type { App } from '../../../frameworks/marathon/api/app';
import { healthOf } from '../../../frameworks/marathon/core/instances/health-state';
import type { Instance, MarathonState } from '../../../frameworks/marathon/core/state/state';
import { DEPLOYMENT_PREFIX, INSTANCE_PREFIX } from '../../../frameworks/marathon/core/state/storage';
import { isHopeless, styleOf } from '../marathon/behaviour';
import type { MarathonTask } from '../marathon/marathon-process';

interface Rest {
  readonly state: MarathonState;
  readonly disk: ReadonlyMap<string, string>;
  readonly tasks: ReadonlyMap<string, MarathonTask>;
}

export function checkRest({ state, disk, tasks }: Rest): void {
  const { session, kills, unconfirmed, outbox, heldOffers } = state;
  if (!session.connected) throw new Error('Marathon is not subscribed');
  for (const id of kills.keys()) {
    const instance = state.instances.get(id);
    if (!isHopelessApp(state.apps.get(instance?.appId ?? '')))
      throw new Error(`the kill of ${instance ? summary(instance) : id} has no end`);
  }
  for (const id of unconfirmed) throw new Error(`the reconciliation of ${id} has no answer`);
  if (outbox.inFlight !== undefined) throw new Error('a store has no answer');
  if (heldOffers.size > 0) throw new Error(`${heldOffers.size} offers wait`);
  for (const app of state.apps.values()) if (!isRestless(app)) checkApp(state, app, tasks);
  for (const instance of state.instances.values())
    if (!state.apps.has(instance.appId)) throw new Error(`${instance.id} of no app is left`);
  for (const { id, affected } of state.deployments.values())
    if (!affected.some((appId) => isHopelessApp(state.apps.get(appId))))
      throw new Error(`the deployment ${id} of ${affected.join(' and ')} does not end`);
  checkTasks(state, tasks);
  checkStored(state, disk);
}

function isHopelessApp(app: App | undefined): boolean {
  return app !== undefined && isHopeless(styleOf(app.cmd ?? ''));
}

/** The processes of some apps end or fail at any time. */
function isRestless({ cmd = '' }: Pick<App, 'cmd'>): boolean {
  return styleOf(cmd) !== 'steady' && styleOf(cmd) !== 'slow';
}

/** An app has its instances, which run and are healthy, and no others. */
function checkApp(state: MarathonState, app: App, tasks: Rest['tasks']): void {
  const instances = [...(state.byApp.get(app.id) ?? [])].flatMap((id) => state.instances.get(id) ?? []);
  if (instances.length !== app.instances)
    throw new Error(`${app.id} has ${instances.map(summary).join()} for ${app.instances} instances`);
  for (const instance of instances) {
    const task = tasks.get(instance.task?.id ?? '');
    if (instance.condition !== 'Running' || task?.state !== 'TASK_RUNNING')
      throw new Error(`${summary(instance)} of ${app.id} does not run, its task is ${task?.state ?? 'gone'}`);
    if (instance.configVersion < app.versionInfo.lastConfigChangeAt)
      throw new Error(`${summary(instance)} runs an old configuration`);
    if (app.healthChecks.length > 0 && healthOf(state, app, instance) !== true)
      throw new Error(`${summary(instance)} is not healthy`);
  }
}

function summary({ id, condition, goal }: Instance): string {
  return `${id} (${goal} ${condition})`;
}

/** Each process belongs to an instance, and each end is acknowledged. */
function checkTasks({ byTask }: MarathonState, tasks: Rest['tasks']): void {
  for (const { id, state, updates, command } of tasks.values()) {
    if (isRestless({ cmd: command })) continue;
    if (isTerminal(state)) throw new Error(`${updates.length} updates of ${id} are not acknowledged`);
    if (!byTask.has(id)) throw new Error(`${id} runs, and no instance has it`);
  }
}

/** What is stored is what the machine has. */
function checkStored({ instances, deployments }: MarathonState, disk: Rest['disk']): void {
  for (const [name, text] of disk) {
    const id = name.slice(INSTANCE_PREFIX.length);
    const instance = name.startsWith(INSTANCE_PREFIX) ? instances.get(id) : undefined;
    if (name.startsWith(INSTANCE_PREFIX)) {
      if (!isDeepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(instance ?? null))))
        throw new Error(`${id} is stored as ${text}, and is ${JSON.stringify(instance)}`);
    } else if (name.startsWith(DEPLOYMENT_PREFIX) && !deployments.has(name.slice(DEPLOYMENT_PREFIX.length)))
      throw new Error(`${name} is stored, and is over`);
  }
  for (const id of instances.keys())
    if (!disk.has(INSTANCE_PREFIX + id)) throw new Error(`${id} is not stored`);
}

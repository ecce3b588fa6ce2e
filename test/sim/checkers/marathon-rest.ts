/** The promises of a Marathon that was left in peace for long: everything is as it is wanted, and nothing is left over. */

import { isDeepStrictEqual } from 'node:util';
import { isTerminal } from '../../../cluster/model/task-state';
import { isLive } from '../../../frameworks/marathon/core/instances/conditions';
import { healthOf } from '../../../frameworks/marathon/core/instances/health-state';
import { tasksOf } from '../../../frameworks/marathon/core/instances/tasks';
import {
  hasHealthChecks,
  isPod,
  type RunSpec,
  specOf,
  specsOf,
} from '../../../frameworks/marathon/core/state/run-spec';
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
    const instance = state.instances.get(state.byTask.get(id) ?? id);
    if (!isHopelessApp(specOf(state, instance?.appId ?? '')))
      throw new Error(`the kill of ${instance ? summary(instance) : id} has no end`);
  }
  for (const id of unconfirmed) throw new Error(`the reconciliation of ${id} has no answer`);
  if (outbox.inFlight !== undefined) throw new Error('a store has no answer');
  if (heldOffers.size > 0) throw new Error(`${heldOffers.size} offers wait`);
  for (const spec of specsOf(state).values()) if (!isRestless(programOf(spec))) checkSpec(state, spec, tasks);
  for (const instance of state.instances.values())
    if (!specOf(state, instance.appId) && !isLeft(instance))
      throw new Error(`${instance.id} of no app is left`);
  for (const { id, affected } of state.deployments.values())
    if (!affected.some((appId) => isHopelessApp(specOf(state, appId))))
      throw new Error(`the deployment ${id} of ${affected.join(' and ')} does not end`);
  checkTasks(state, tasks);
  checkStored(state, disk);
}

function isHopelessApp(spec: RunSpec | undefined): boolean {
  return spec !== undefined && isHopeless(styleOf(programOf(spec)));
}

/** The command of an app, or that of the containers of a pod. */
function programOf(spec: RunSpec): string {
  if (!isPod(spec)) return spec.cmd ?? '';
  const command = spec.pod.containers[0]?.exec?.command;
  return command && 'shell' in command ? command.shell : '';
}

/** The processes of some apps end or fail at any time. */
function isRestless(command: string): boolean {
  return styleOf(command) !== 'steady' && styleOf(command) !== 'slow';
}

/** An app or a pod has its instances, which run and are healthy, and no others. */
function checkSpec(state: MarathonState, app: RunSpec, tasks: Rest['tasks']): void {
  const all = [...(state.byApp.get(app.id) ?? [])].flatMap((id) => state.instances.get(id) ?? []);
  const instances = all.filter((instance) => !isLeft(instance));
  if (instances.length !== app.instances)
    throw new Error(`${app.id} has ${instances.map(summary).join()} for ${app.instances} instances`);
  for (const instance of instances) {
    const states = tasksOf(instance).map(({ id }) => tasks.get(id)?.state ?? 'gone');
    if (instance.condition !== 'Running' || states.some((taskState) => taskState !== 'TASK_RUNNING'))
      throw new Error(`${summary(instance)} of ${app.id} does not run, its tasks are ${states.join()}`);
    if (instance.configVersion < app.versionInfo.lastConfigChangeAt)
      throw new Error(`${summary(instance)} runs an old configuration`);
    if (hasHealthChecks(app) && healthOf(state, app, instance) !== true)
      throw new Error(`${summary(instance)} is not healthy`);
  }
}

/** Stopped instances keep their volumes, and those whose agent is gone are there until it makes an offer. */
function isLeft(instance: Instance): boolean {
  return instance.reservation !== undefined && instance.goal !== 'Running' && !isLive(instance);
}

function summary({ id, condition, goal }: Instance): string {
  return `${id} (${goal} ${condition})`;
}

/** Each process belongs to an instance, and each end is acknowledged. */
function checkTasks({ byTask }: MarathonState, tasks: Rest['tasks']): void {
  for (const { id, state, updates, command } of tasks.values()) {
    if (isRestless(command)) continue;
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

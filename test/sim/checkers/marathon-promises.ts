/**
 * The promises of answers and events: an acknowledged change outlives every crash, a refused one has no effect, a request has
 * one answer, a deployment one end, and a launch or an acknowledgement leaves after what it follows from is stored.
 */

import type { Call } from '../../../cluster/api/generated/scheduler';
import { isTerminal, type TaskState } from '../../../cluster/model/task-state';
import { launchedTasks } from '../../../frameworks/kit/core/session/calls';
import type { BusEvent } from '../../../frameworks/marathon/api/events';
import { livingTasks, tasksOf } from '../../../frameworks/marathon/core/instances/tasks';
import type { Answer } from '../../../frameworks/marathon/core/state/effects';
import type { MarathonEvent } from '../../../frameworks/marathon/core/state/events';
import type { Instance, MarathonState } from '../../../frameworks/marathon/core/state/state';
import { INSTANCE_PREFIX } from '../../../frameworks/marathon/core/state/storage';

interface Request {
  /** The number of roots when its step was over. */
  readonly roots: number;
  readonly isChange: boolean;
  /** Instances that it wipes, and the deployment that it ends. */
  readonly wiped: readonly string[];
  readonly cancelled: string | undefined;
}

export class PromiseChecker {
  acknowledged = 0;
  refused = 0;
  /** Apps, pods and groups after each change, as a text. */
  private readonly roots: string[] = [];
  private rootVersion = '';
  /** The number of roots that answers have told of. */
  private promised = 0;
  private readonly requests = new Map<number, Request>();
  private readonly wiped = new Set<string>();
  private readonly endedDeployments = new Set<string>();

  /** The requests of this life that have no answer. */
  get unanswered(): number {
    return this.requests.size;
  }

  /** A life of Marathon begins with what was stored. */
  began(state: MarathonState): void {
    this.requests.clear();
    const index = this.roots.lastIndexOf(rootText(state));
    if (this.roots.length === 0) this.roots.push(rootText(state));
    else if (index < 0) throw new Error('a tree is stored that there never was');
    else if (index + 1 < this.promised) throw new Error('an acknowledged change of the tree is lost');
    else this.roots.length = index + 1;
    this.rootVersion = state.rootVersion;
    for (const id of this.wiped)
      if (state.instances.get(id)?.goal === 'Running') throw new Error(`${id} was wiped and is wanted`);
    for (const id of this.endedDeployments)
      if (state.deployments.has(id)) throw new Error(`the deployment ${id} was over and goes on`);
  }

  stepped(event: MarathonEvent, state: MarathonState): void {
    const isChange = state.rootVersion !== this.rootVersion || event.kind === 'api.patch-group';
    if (isChange) this.roots.push(rootText(state));
    this.rootVersion = state.rootVersion;
    if (!event.kind.startsWith('api.') || !('request' in event)) return;
    this.requests.set(event.request, {
      roots: this.roots.length,
      isChange: isChange && event.kind !== 'api.patch-group',
      wiped: event.kind === 'api.kill' && event.wipe ? wipedBy(state, event.taskIds) : [],
      cancelled: event.kind === 'api.cancel' ? event.deployment : undefined,
    });
  }

  answered(id: number, answer: Answer, state: MarathonState): void {
    const request = this.requests.get(id);
    if (!request) throw new Error(`the request ${id} is answered a second time`);
    this.requests.delete(id);
    if (!answer.ok) {
      this.refused++;
      if (request.isChange) throw new Error(`the refused request ${id} has changed the tree`);
      return;
    }
    this.acknowledged++;
    this.promised = Math.max(this.promised, request.roots);
    for (const instance of request.wiped) this.wiped.add(instance);
    if (request.cancelled !== undefined && state.deployments.has(request.cancelled))
      throw new Error(`the deployment ${request.cancelled} goes on, although its end was acknowledged`);
  }

  published(event: BusEvent, state: MarathonState): void {
    if (event.eventType !== 'deployment_success' && event.eventType !== 'deployment_failed') return;
    const id = String(event['id']);
    if (this.endedDeployments.has(id)) throw new Error(`the deployment ${id} ends a second time`);
    if (state.deployments.has(id)) throw new Error(`the deployment ${id} is over and goes on`);
    this.endedDeployments.add(id);
  }
}

/** A call leaves: what it follows from is on disk. */
export function checkDurable(
  call: Call,
  disk: ReadonlyMap<string, string>,
  stateOf: (taskId: string, uuid: string) => TaskState | undefined,
): void {
  const read = (taskId: string): Instance | undefined => {
    const text = disk.get(INSTANCE_PREFIX + instanceOf(taskId));
    return text === undefined ? undefined : (JSON.parse(text) as Instance);
  };
  for (const taskId of launchedTasks(call)) {
    const stored = read(taskId);
    // An instance that was expunged since has no task; its launch is killed as an unknown one.
    if (stored && (stored.incarnation < incarnationOf(taskId) || tasksOf(stored).length === 0))
      throw new Error(`${taskId} is launched before it is stored`);
  }
  const { task_id, uuid } = call.acknowledge ?? {};
  const state = task_id && uuid !== undefined ? stateOf(task_id.value, uuid) : undefined;
  if (!task_id || state === undefined || !isTerminal(state)) return;
  const stored = read(task_id.value);
  if (stored && livingTasks(stored).some(({ id }) => id === task_id.value))
    throw new Error(`the end of ${task_id.value} is acknowledged before it is stored`);
}

/** The instance of a task, by the id of the task. */
export function instanceOf(taskId: string): string {
  return taskId.replace(/\.[^.]+\.\d+$/, '');
}

function incarnationOf(taskId: string): number {
  return Number(taskId.replace(/^.*\./, ''));
}

function wipedBy({ byTask, instances }: MarathonState, taskIds: readonly string[]): string[] {
  return taskIds.flatMap((taskId) => {
    const id = byTask.get(taskId) ?? '';
    return instances.get(id)?.goal === 'Decommissioned' ? [id] : [];
  });
}

/** Apps, pods and groups in an order of their own. */
function rootText({ apps, pods, groups }: MarathonState): string {
  const sorted = (values: Iterable<{ readonly id: string }>): unknown[] =>
    [...values].sort((a, b) => (a.id < b.id ? -1 : 1));
  return JSON.stringify([sorted(apps.values()), sorted(pods.values()), sorted(groups.values())]);
}

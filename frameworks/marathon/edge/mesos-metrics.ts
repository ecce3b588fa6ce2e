/** Counts of the session with the master: status updates by state, launches of groups, attempts of kills. */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { TASK_STATES } from '../../../cluster/model/task-state';
import type { Counter, Metrics } from '../../../cluster/runtime/metrics';

export class MesosMetrics {
  private readonly updates: ReadonlyMap<string, Counter>;
  private readonly launchGroups: Counter;
  private readonly reservations: Counter;
  private readonly outOfMemory: Counter;
  /** Kill calls by task. */
  private readonly kills = new Map<string, number>();

  constructor(
    metrics: Metrics,
    /** The tasks whose kill is under way. */
    killed: () => Iterable<string>,
  ) {
    const counter = (name: string, help: string): Counter =>
      metrics.counter(`marathon.mesos.${name}.counter`, help);
    // All of them are there from the beginning, as in the original.
    this.updates = new Map(
      TASK_STATES.map((state) => [
        state,
        counter(`task-updates.${state.toLowerCase().replaceAll('_', '-')}`, `Status updates with ${state}`),
      ]),
    );
    this.launchGroups = counter('offer-operations.launch-group', 'Launches of task groups');
    this.reservations = counter('offer-operations.reserve', 'Reservations of resources');
    this.outOfMemory = counter('task.oom.memory-limit-exceeded', 'Tasks that used more memory than they may');
    metrics.gauge(
      'marathon.instances.inflight-kill-attempts.gauge',
      'Kill calls for the tasks being killed',
      () => this.attempts(killed()),
    );
  }

  update({ state, reason }: mesos.TaskStatus): void {
    this.updates.get(state)?.inc();
    if (reason === 'REASON_CONTAINER_LIMITATION_MEMORY') this.outOfMemory.inc();
  }

  call({ accept, kill }: scheduler.Call): void {
    for (const { type } of accept?.operations ?? []) {
      if (type === 'LAUNCH_GROUP') this.launchGroups.inc();
      if (type === 'RESERVE') this.reservations.inc();
    }
    const taskId = kill?.task_id.value;
    if (taskId !== undefined) this.kills.set(taskId, (this.kills.get(taskId) ?? 0) + 1);
  }

  /** The attempts for these tasks; those of others are forgotten. */
  private attempts(killed: Iterable<string>): number {
    const tasks = new Set(killed);
    for (const taskId of this.kills.keys()) if (!tasks.has(taskId)) this.kills.delete(taskId);
    return [...this.kills.values()].reduce((sum, count) => sum + count, 0);
  }
}

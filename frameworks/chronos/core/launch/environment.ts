/** The environment of a job's task: what it is and what it has, then the variables of the job, which replace none. */

import type { Millis } from '../../../../cluster/model/time';
import { firstOfEachName, type Variable, variablesOf } from '../../../kit/core/task/environment';
import { printDouble } from '../../../kit/core/values/java-double';
import type { Job } from '../jobs/job';

export interface EnvironmentInput {
  readonly job: Job;
  readonly taskId: string;
  /** The time in the task id. */
  readonly millis: Millis;
  /** From 0. */
  readonly attempt: number;
  /** Ours: the slot that the run is for; undefined for a run of another cause. */
  readonly slot: Millis | undefined;
  readonly hostname: string;
}

export function jobEnvironment({
  job,
  taskId,
  millis,
  attempt,
  slot,
  hostname,
}: EnvironmentInput): Variable[] {
  const context = {
    mesos_task_id: taskId,
    MESOS_TASK_ID: taskId,
    CHRONOS_JOB_OWNER: job.owner,
    CHRONOS_JOB_NAME: job.name,
    HOST: hostname,
    CHRONOS_RESOURCE_MEM: printDouble(job.mem),
    CHRONOS_RESOURCE_CPU: printDouble(job.cpus),
    CHRONOS_RESOURCE_DISK: printDouble(job.disk),
    CHRONOS_JOB_RUN_TIME: String(millis),
    CHRONOS_JOB_RUN_ATTEMPT: String(attempt),
    ...(slot !== undefined && { CHRONOS_JOB_SLOT_TIME: String(slot) }),
  };
  const variables = job.environmentVariables.map(({ name, value }) => ({ name, value }));
  return firstOfEachName([...variablesOf(context), ...variables]);
}

/** The TaskInfo of a run's attempt. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Resources } from '../../../../cluster/model/resources';
import type { Millis } from '../../../../cluster/model/time';
import { offeredRole } from '../../../kit/core/match/remaining-offer';
import { commandInfo } from '../../../kit/core/task/command';
import { customExecutor, killPolicy, taskResources } from '../../../kit/core/task/task-info';
import type { Job } from '../jobs/job';
import type { Run } from '../runs/run';
import { readTaskId } from '../runs/task-id';
import { jobArtifacts, jobProgram } from './command';
import { jobContainer } from './container';
import { jobEnvironment } from './environment';

export interface TaskInput {
  readonly job: Job;
  readonly run: Run;
  readonly taskId: string;
  readonly offer: mesos.Offer;
  readonly resources: Resources;
  /** One for each mapping of ports. */
  readonly hostPorts: readonly (number | null)[];
}

export function buildTask(input: TaskInput): mesos.TaskInfo {
  const { job, taskId, offer } = input;
  const container = job.container && jobContainer(job.container, input.hostPorts);
  const command = commandOf(input);
  return {
    name: `ChronosTask:${job.name}`,
    task_id: { value: taskId },
    agent_id: offer.agent_id,
    resources: taskResources(input.resources, offeredRole(offer)),
    ...(job.executor === ''
      ? { command, ...(container && { container }) }
      : { executor: executorOf(job, command, container), data: base64(dataOf(job)) }),
    ...(job.killGracePeriod > 0 && killPolicy(job.killGracePeriod)),
    ...(job.maxCompletionTime > 0 && {
      max_completion_time: { nanoseconds: job.maxCompletionTime * 1e9 },
    }),
  };
}

function commandOf({ job, run, taskId, offer }: TaskInput): mesos.CommandInfo {
  const { millis = 0, attempt = 0 } = readTaskId(taskId) ?? {};
  const slot: Millis | undefined = run.cause.kind === 'slot' ? run.cause.slot : undefined;
  const environment = jobEnvironment({ job, taskId, millis, attempt, slot, hostname: offer.hostname });
  return commandInfo({
    artifacts: jobArtifacts(job),
    environment,
    user: job.runAsUser === '' ? undefined : job.runAsUser,
    ...jobProgram(job, run.arguments),
  });
}

/** The job's executor gets the task; the program of the job is in the data. */
function executorOf(
  job: Job,
  command: mesos.CommandInfo,
  container: mesos.ContainerInfo | undefined,
): mesos.ExecutorInfo {
  const { arguments: _none, ...rest } = command;
  return customExecutor({ id: job.name, command: { ...rest, shell: true, value: job.executor }, container });
}

function dataOf({ taskInfoData, executorFlags, command }: Job): string {
  return taskInfoData === '' ? `${executorFlags}|${command}` : taskInfoData;
}

/** The form of bytes on the wire. */
function base64(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

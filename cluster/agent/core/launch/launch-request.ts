/** A launch that a master wants: tasks, and the executor that is to run them. */

import type * as mesos from '../../../api/generated/mesos';
import type { ExecutorKind } from '../state/container-spec';
import type { AgentFramework } from '../state/state';

/** One task, or the tasks of one group, with the executor that is to run them. */
export interface Launch {
  readonly framework: AgentFramework;
  readonly info: mesos.ExecutorInfo;
  readonly kind: ExecutorKind;
  readonly tasks: readonly mesos.TaskInfo[];
  /** The group that the tasks are; undefined for a single task. */
  readonly group: mesos.TaskGroupInfo | undefined;
  /** True when the master expects a new executor, false when it expects one to be here; older masters do not tell. */
  readonly launchExecutor: boolean | undefined;
  /** The version of the agent's resources that the master has launched for; older masters do not tell. */
  readonly version: string | undefined;
}

/**
 * The executor launcher of this program: executors live in this process. The executor still talks to its
 * agent over the v1 API, so it could as well be a process of its own (`meseta executor`).
 */

import type { ExecutorLauncher } from '../../cluster/agent/main';
import { executorConfig, startExecutor } from '../../cluster/executor/main';
import type { Clock } from '../../cluster/runtime/clock';
import type { Logger } from '../../cluster/runtime/log';

export function hostedExecutors(deps: { log: Logger; clock: Clock }): ExecutorLauncher {
  return async (environment) => {
    const config = executorConfig(environment);
    return startExecutor(config, { ...deps, log: deps.log.child({ executor: config.executorId }) });
  };
}

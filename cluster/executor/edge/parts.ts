/**
 * The parts of an executor: the session with its agent, and its task.
 */

import { HttpClient } from '../../runtime/http/client';
import type { ProcessContext } from '../../runtime/process';
import { callerTrust } from '../../runtime/tls/settings';
import type { ExecutorConfig } from '../config';
import type { ExecutorEvent } from '../core/events';
import type { ExecutorState } from '../core/state';
import type { Exit } from './exit';
import { Session } from './session';
import { TaskRun } from './task-run';

export type ExecutorContext = ProcessContext<ExecutorState, ExecutorEvent>;
export type ExecutorParts = ReturnType<typeof executorParts>;

export function executorParts(
  config: ExecutorConfig,
  { exit, runFolder }: { readonly exit: Exit; readonly runFolder: string | undefined },
  { core, life, log }: ExecutorContext,
) {
  exit.watch(life);
  const { post } = core;
  const tls = callerTrust(config.environment);
  const client = new HttpClient({ tls });
  life.add(() => client.close());
  const url = `${tls ? 'https' : 'http'}://${config.agentEndpoint}/slave(1)/api/v1/executor`;
  const ids = { framework_id: { value: config.frameworkId }, executor_id: { value: config.executorId } };
  return {
    core,
    life,
    exit,
    ids,
    session: new Session({ url, client, post, log }),
    task: new TaskRun({ config, runFolder, client, post }),
  };
}

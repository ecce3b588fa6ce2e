/**
 * The parts of an executor: the session with its agent, its tasks, and its exit. Here are those of one that is a process of
 * its own; hosted.ts has those of one in the agent's process.
 */

import type { Call } from '../../api/generated/executor';
import { HttpClient } from '../../runtime/http/client';
import type { ProcessContext } from '../../runtime/process';
import { callerTrust } from '../../runtime/tls/settings';
import type { ExecutorConfig } from '../config';
import type { ExecutorEvent } from '../core/events';
import type { ExecutorState } from '../core/state';
import type { SavedExecutor } from '../core/task';
import type { Exit } from './exit';
import { HttpSession } from './http-session';
import { ProcessTask } from './process-task';
import type { Session } from './session';
import type { Tasks } from './tasks';

export type ExecutorContext = ProcessContext<ExecutorState, ExecutorEvent>;

export interface ExecutorParts extends CommonParts {
  readonly session: Session;
  readonly tasks: Tasks;
  /** Saves the state for the next run of the agent. */
  readonly save: (saved: SavedExecutor) => void;
}

interface CommonParts extends Pick<ExecutorContext, 'core' | 'life'> {
  readonly exit: Exit;
  /** The ids that every call has. */
  readonly ids: Pick<Call, 'framework_id' | 'executor_id'>;
}

export function processParts(
  config: ExecutorConfig,
  { exit, runFolder }: { readonly exit: Exit; readonly runFolder: string | undefined },
  context: ExecutorContext,
): ExecutorParts {
  const { core, life, log } = context;
  const { post } = core;
  const common = commonParts(config, exit, context);
  const tls = callerTrust(config.environment);
  const client = new HttpClient({ tls });
  life.add(() => client.close());
  const url = `${tls ? 'https' : 'http'}://${config.agentEndpoint}/slave(1)/api/v1/executor`;
  return {
    ...common,
    session: new HttpSession({ url, client, post, log }),
    tasks: new ProcessTask({ config, runFolder, post, log }),
    // An executor that is a process outlives the agent by itself.
    save: () => undefined,
  };
}

/** The parts of every executor. Called before any part is added to the life of the executor. */
export function commonParts(
  { frameworkId, executorId }: Pick<ExecutorConfig, 'frameworkId' | 'executorId'>,
  exit: Exit,
  { core, life }: ExecutorContext,
): CommonParts {
  exit.watch(life);
  const ids = { framework_id: { value: frameworkId }, executor_id: { value: executorId } };
  return { core, life, exit, ids };
}

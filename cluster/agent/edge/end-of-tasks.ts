/**
 * The end of the last task, for which a stop of the agent waits. Without a stop it means that the master has sent the
 * agent away.
 */

import { join } from 'node:path';
import type { Core } from '../../runtime/process';
import type { AgentEvent } from '../core/events';
import type { AgentState } from '../core/state';
import { forgetAgentId } from './checkpoint';

/** An agent that was marked gone: its id is refused for ever. */
export interface GoneAgent {
  /** True when the master had admitted the agent in this run; otherwise it was gone before. */
  readonly admitted: boolean;
  /** Makes the next start in its work folder one of a new agent. */
  forget(): Promise<void>;
}

/** Called when the agent has ended by itself: sent away by the master, or broken. */
export type OnAgentEnd = (reason: string, gone?: GoneAgent) => void;

/** Time that a stop gives tasks to end in order before it ends them by force. */
const STOP_MS = 15_000;

interface EndOfTasksOptions {
  readonly core: Core<AgentState, AgentEvent>;
  readonly workDir: string;
  readonly onEnd: OnAgentEnd | undefined;
}

export class EndOfTasks {
  private tellEnd: () => void = () => undefined;
  private isAwaited = false;
  private readonly allEnded = new Promise<void>((done) => {
    this.tellEnd = done;
  });

  constructor(private readonly options: EndOfTasksOptions) {}

  /** All tasks have ended. */
  reached(): void {
    this.tellEnd();
    if (!this.isAwaited) this.tellDismissal();
  }

  /** Ends all tasks by an event, and resolves once they have ended. */
  async after(kind: 'stop' | 'unregister'): Promise<void> {
    this.isAwaited = true;
    this.options.core.post({ kind });
    await Promise.race([this.allEnded, new Promise((late) => setTimeout(late, STOP_MS).unref())]);
  }

  /** Reports why the master sent the agent away and, for one that is gone, how to start as a new agent. */
  private tellDismissal(): void {
    const { core, workDir, onEnd } = this.options;
    const { message = '', admitted = false } = core.state?.dismissed ?? {};
    const reason = `the master told the agent to shut down${message === '' ? '' : `: ${message}`}`;
    if (!/marked gone/.test(message)) return onEnd?.(reason);
    const remedy = `To start as a new agent, remove ${join(workDir, 'meta', 'slaves', 'latest')}`;
    onEnd?.(`${reason}. ${remedy}`, { admitted, forget: () => forgetAgentId(workDir) });
  }
}

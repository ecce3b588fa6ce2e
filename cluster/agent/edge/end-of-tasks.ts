/**
 * The end of the last task. A stop that ends tasks waits for it, and so does SIGUSR1; otherwise the master has sent the agent
 * away, or `--recover=cleanup` is done.
 */

import { join } from 'node:path';
import type { Core } from '../../runtime/process';
import type { AgentEvent } from '../core/state/events';
import type { AgentState } from '../core/state/state';
import { forgetAgentId } from './work-folder/checkpoint';

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
  /** True when a stop ends all tasks. */
  readonly endsTasks: boolean;
  readonly onEnd: OnAgentEnd | undefined;
}

export class EndOfTasks {
  /** Resolves when `--recover=cleanup` is done: the process should end. */
  readonly cleanedUp: Promise<void>;
  private tellEnd: () => void = () => undefined;
  private tellCleanedUp: () => void = () => undefined;
  private isAwaited = false;
  private readonly allEnded = new Promise<void>((done) => {
    this.tellEnd = done;
  });

  constructor(private readonly options: EndOfTasksOptions) {
    this.cleanedUp = new Promise((done) => {
      this.tellCleanedUp = done;
    });
  }

  /** True when no container may outlive the stop of the agent. */
  get isFinal(): boolean {
    return this.options.endsTasks || this.isAwaited;
  }

  /** All tasks have ended. */
  reached(): void {
    this.tellEnd();
    if (this.isAwaited) return;
    if (this.options.core.state?.dismissed) this.tellDismissal();
    else this.tellCleanedUp();
  }

  /** Before the stop of the agent: ends all tasks, if that is wanted. */
  async beforeStop(): Promise<void> {
    if (this.options.endsTasks) await this.after('stop');
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

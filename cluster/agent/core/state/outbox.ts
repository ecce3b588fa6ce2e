/**
 * The part of the agent's state about commits: what is to be written, and the effects that wait for it.
 */

import type { AgentEffect } from './effects';
import type { CheckpointChange } from './entries';

/** The commits of the checkpoint. */
export interface Commits {
  /** The changes that are in no commit yet, by place. */
  readonly changes: Map<string, CheckpointChange>;
  /** The number of the last commit that has begun, and of the last one that is on disk. */
  begun: number;
  done: number;
  /** Effects that wait, in order, each with the commit that it waits for. */
  outbox: WaitingEffect[];
  /** True once a commit has failed: nothing is announced any more. */
  failed: boolean;
}

interface WaitingEffect {
  readonly commit: number;
  readonly effect: AgentEffect;
}

export function initCommits(): Commits {
  return { changes: new Map(), begun: 0, done: 0, outbox: [], failed: false };
}

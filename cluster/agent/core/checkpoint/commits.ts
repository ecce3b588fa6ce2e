/**
 * Durable before announced: what tells others of a change leaves once the change is on disk.
 *
 * The changes of a step become one commit at its end. Effects that announce something wait for it in the outbox, and so do
 * those of later steps, since their order counts. What changes while a commit is under way goes into the next one, so that
 * many launches share the cost of a sync.
 *
 * In: checkpointed, checkpoint.failed
 * Out: checkpoint, abort, and what the outbox has
 */

import { assert } from '../../../model/assert';
import { note } from '../../../model/machine';
import type { AgentEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { Commits } from '../state/outbox';
import type { AgentState } from '../state/state';
import type { Turn } from '../state/turn';

/** A commit is on disk; what waited for it leaves at the end of this step. */
export function checkpointed({ state: { commits } }: Turn, { commit }: EventOf<'checkpointed'>): void {
  assert(commit === commits.begun && commit === commits.done + 1, `commit ${commit} is not under way`);
  commits.done = commit;
}

/** The agent must not announce what a restart would not know, so it ends, as the original aborts; containers go on. */
export function checkpointFailed(turn: Turn, { reason }: EventOf<'checkpoint.failed'>): void {
  const { state, effects } = turn;
  if (state.commits.failed) return;
  state.commits.failed = true;
  note(turn, 'error', 'the checkpoint could not be written; the agent ends, and containers go on', {
    reason,
  });
  effects.push({ kind: 'abort', reason: `the checkpoint could not be written: ${reason}` });
}

/** Ends a step: begins a commit if something has changed, and holds back what announces it. */
export function settle({ state, effects }: Turn): void {
  const { commits } = state;
  const isIdle = commits.changes.size === 0 && commits.outbox.length === 0;
  if (isIdle && commits.begun === commits.done && !commits.failed) return;
  const commit = commits.changes.size > 0 ? commits.begun + 1 : commits.begun;
  if (commits.begun === commits.done) beginCommit(state, effects);
  const leaving = takeReleased(commits);
  for (const effect of effects) {
    if (commit > commits.done && announces(effect)) commits.outbox.push({ commit, effect });
    else leaving.push(effect);
  }
  effects.splice(0, effects.length, ...(commits.failed ? leaving.filter(isLocal) : leaving));
}

function beginCommit({ commits }: AgentState, effects: AgentEffect[]): void {
  if (commits.changes.size === 0 || commits.failed) return;
  commits.begun += 1;
  effects.push({ kind: 'checkpoint', commit: commits.begun, changes: [...commits.changes.values()] });
  commits.changes.clear();
}

function takeReleased(commits: Commits): AgentEffect[] {
  const end = commits.outbox.findIndex(({ commit }) => commit > commits.done);
  const released = commits.outbox.splice(0, end < 0 ? commits.outbox.length : end);
  return released.map(({ effect }) => effect);
}

const LOCAL: ReadonlySet<AgentEffect['kind']> = new Set([
  'wake',
  'note',
  'checkpoint',
  'abort',
  'link',
  'recover',
  'touch',
  'remove',
  'measure',
  'measureLoad',
  'answer',
]);

/** Effects that tell nobody of a change. An answer to a call only says that the call was understood. */
function isLocal({ kind }: AgentEffect): boolean {
  return LOCAL.has(kind);
}

/**
 * Messages that tell of no change. The master takes an agent for lost that does not answer its pings, even on a slow disk. What
 * executors say to their frameworks would fill the memory meanwhile; the original does not order it with updates, either.
 */
const CHANGELESS: ReadonlySet<string> = new Set([
  'mesos.internal.PongSlaveMessage',
  'mesos.internal.ExecutorToFrameworkMessage',
]);

function announces(effect: AgentEffect): boolean {
  return effect.kind === 'send' ? !CHANGELESS.has(effect.name) : !isLocal(effect);
}

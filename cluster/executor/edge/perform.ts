/**
 * Performs the effects of the executor's core.
 */

import type { Performers } from '../../runtime/mailbox';
import type { ExecutorEffect } from '../core/events';
import type { ExecutorParts } from './parts';

export function executorPerformers({
  ids,
  session,
  tasks,
  exit,
  save,
}: ExecutorParts): Performers<ExecutorEffect> {
  return {
    save: ({ saved }) => save(saved),
    subscribe: ({ tasks: unacknowledged_tasks, updates }) =>
      session.subscribe({
        ...ids,
        type: 'SUBSCRIBE',
        subscribe: { unacknowledged_tasks, unacknowledged_updates: updates.map((status) => ({ status })) },
      }),
    update: ({ status }) => session.call({ ...ids, type: 'UPDATE', update: { status } }),
    run: (effect) => tasks.run(effect),
    nest: (effect) => tasks.nest(effect),
    adopt: (effect) => tasks.adopt(effect),
    signal: (effect) => tasks.signal(effect),
    check: (effect) => tasks.check(effect),
    exit: () => void exit.end('done'),
  };
}

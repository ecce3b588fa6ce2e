/**
 * Performs the effects of the executor's core.
 */

import type { Performers } from '../../runtime/mailbox';
import type { ExecutorEffect } from '../core/events';
import type { ExecutorParts } from './parts';

export function executorPerformers({ ids, session, task, exit }: ExecutorParts): Performers<ExecutorEffect> {
  return {
    subscribe: ({ tasks, updates }) =>
      void session.subscribe({
        ...ids,
        type: 'SUBSCRIBE',
        subscribe: {
          unacknowledged_tasks: tasks,
          unacknowledged_updates: updates.map((status) => ({ status })),
        },
      }),
    update: ({ status }) => session.call({ ...ids, type: 'UPDATE', update: { status } }),
    spawn: (effect) => task.spawn(effect),
    signal: ({ signal }) => task.signal(signal),
    check: ({ check }) => task.check(check),
    exit: () => void exit.end('done'),
  };
}

/** A term of Chronos: the open store, the jobs in it, and the performers of the effects. */

import { join } from 'node:path';
import type { Performers } from '../../../cluster/runtime/mailbox';
import type { StateStore } from '../../../cluster/state/store';
import type { TermContext } from '../../kit/edge/leadership/led-process';
import { termStore } from '../../kit/edge/leadership/term-store';
import { moveFromDisk } from '../../kit/edge/state/move';
import { loadStored, performStore } from '../../kit/edge/store';
import type { Scheduler } from '../../scheduler/edge/scheduler';
import type { ChronosEffect } from '../core/state/effects';
import { jobOfVariable, type StoredText } from '../core/state/stored';
import { openMasterSession } from './master-session';
import { STATE_NODE } from './nodes';
import type { ChronosParts } from './parts';

export interface ChronosTerm {
  readonly store: StateStore;
  /** The stored variables at the beginning of the term. */
  readonly stored: readonly StoredText[];
  readonly resign: (reason: string) => void;
  readonly scheduler: Scheduler;
}

/** Begins a term. `alone` is the store of a Chronos without ZooKeeper. */
export async function beginTerm(
  parts: ChronosParts,
  alone: StateStore | undefined,
  { life, mandate, resign }: TermContext,
): Promise<ChronosTerm> {
  const store = await openStore(parts, alone, mandate);
  const startedAt = performance.now();
  const stored = await loadStored(store, '');
  const ms = Math.round(performance.now() - startedAt);
  parts.context.log.info({ variables: stored.length, ms }, 'the state is loaded');
  const scheduler = openMasterSession(parts.config, parts.context, { life, resign });
  return { store, stored, resign, scheduler };
}

/** The store with the state of the last term, or with that of the disk where it is the first. */
async function openStore(
  { config, context }: ChronosParts,
  alone: StateStore | undefined,
  mandate: TermContext['mandate'],
): Promise<StateStore> {
  const { clock, log } = context;
  const path = `${config.ensemble?.url.path}/${STATE_NODE}`;
  const store = await termStore(mandate, { clock, path, alone, flags: '--work_dir or --zk_hosts' });
  if (config.ensemble) await moveFromDisk(store, { folder: join(config.workDir, 'state'), log });
  return store;
}

export function chronosPerformers(
  { context, requests, notifier, rest, outputs }: ChronosParts,
  { store, resign, scheduler }: ChronosTerm,
): Performers<ChronosEffect> {
  const { core, log } = context;
  return {
    store: (effect) =>
      void performStore(store, effect, (answer) => {
        core.post(answer);
        if (answer.kind !== 'stored') return;
        rest.changes.publish(new Set(effect.changes.flatMap(({ name }) => jobOfVariable(name) ?? [])));
      }),
    answer: ({ request, answer }) => requests.answer(request, answer),
    notice: ({ notice }) => {
      notifier.notify(notice);
      rest.changes.tell({ notice: notice.kind, jobName: notice.job.name, reason: notice.reason });
    },
    'read-output': (effect) => outputs.read(effect),
    framework: ({ info }) => scheduler.setFramework(info),
    call: ({ call }) => scheduler.call(call),
    launch: ({ taskId }) => log.error({ task: taskId }, 'a launch was not made a call'),
    kill: ({ taskId }) => log.error({ task: taskId }, 'a kill was not made a call'),
    resign: ({ reason }) => resign(reason),
  };
}

/** Requests that wait, and readers of changes, turn to the next leader. */
export function endTerm({ requests, rest }: ChronosParts, reason: string): void {
  const message = `Chronos: this one leads no more, and it is not known whether this was stored: ${reason}`;
  requests.answerAll({ ok: false, refusal: { status: 503, message } });
  rest.changes.stop();
}

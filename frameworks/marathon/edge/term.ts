/** A term of Marathon: the open store and what is in it, the session with the master, probes, and the performers. */

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Performers } from '../../../cluster/runtime/mailbox';
import type { StateStore } from '../../../cluster/state/store';
import { Drain } from '../../kit/edge/drain';
import type { TermContext } from '../../kit/edge/leadership/led-process';
import { termStore } from '../../kit/edge/leadership/term-store';
import { openSession } from '../../kit/edge/session';
import { assertForm, type KnownForm, markForm } from '../../kit/edge/state/form';
import { takeOver } from '../../kit/edge/state/handover';
import { moveFromDisk } from '../../kit/edge/state/move';
import { loadStored, performStore, type StoredText } from '../../kit/edge/store';
import type { Scheduler } from '../../scheduler/edge/scheduler';
import type { MarathonEffect } from '../core/state/effects';
import { PREFIX } from '../core/state/storage';
import { Callbacks } from './callbacks';
import type { HandlersTerm } from './current-term';
import { MARATHON_STATE, STATE_NODE } from './nodes';
import type { MarathonParts } from './parts';
import { Probes } from './probes';

export interface MarathonTerm extends HandlersTerm {
  /** The stored variables at the beginning of the term. */
  readonly stored: readonly StoredText[];
  readonly scheduler: Scheduler;
  readonly drain: Drain;
  readonly probes: Probes;
  readonly resign: (reason: string) => void;
}

/** It grows with a change after which an older Marathon could not read the state any more. */
const FORM: KnownForm = { what: 'Marathon', form: MARATHON_STATE.form };

/** Begins a term. `alone` is the store of a Marathon without ZooKeeper. */
export async function beginTerm(
  parts: MarathonParts,
  alone: StateStore | undefined,
  term: TermContext,
): Promise<MarathonTerm> {
  const { config, context, core, current } = parts;
  const { clock, log } = context;
  const { life, resign, abdicate } = term;
  const store = await openStore(parts, alone, term);
  const stored = await loadStored(store, PREFIX);
  const callbacks = config.callbacks && (await Callbacks.open(config.callbacks, { store, clock, log }));
  life.add(() => callbacks?.stop());
  const probes = new Probes(core.post, config.probesMax);
  life.add(() => probes.stop());
  const scheduler = openScheduler(parts, term);
  const drain = new Drain(config.drain, (call) => scheduler.call(call), log, clock);
  life.add(() => drain.stop());
  current.term = { store, callbacks, abdicate };
  life.add(() => {
    current.term = undefined;
  });
  return { ...current.term, stored, scheduler, drain, probes, resign };
}

/** The store with the state of the last term, or with what that was asked to leave. */
async function openStore(
  { config, context }: MarathonParts,
  alone: StateStore | undefined,
  { mandate }: TermContext,
): Promise<StateStore> {
  const { clock, log } = context;
  const path = `${config.ensemble?.url.path}/${STATE_NODE}`;
  const store = await termStore(mandate, { clock, path, alone, flags: '--work_dir or --zk' });
  await assertForm(store, FORM);
  if (config.ensemble) await moveFromDisk(store, { folder: join(config.workDir, 'state'), log });
  await takeOver(store, { component: MARATHON_STATE.component, log });
  await markForm(store, FORM);
  return store;
}

function openScheduler({ config, context, core, mesosMetrics }: MarathonParts, term: TermContext): Scheduler {
  return openSession({
    masters: config.masters,
    masterZk: config.masterZk,
    credentials: config.mesosCredentials,
    clock: context.clock,
    log: context.log,
    seed: randomInt(2 ** 32),
    post: (event) => {
      if (event.kind === 'scheduler.update') mesosMetrics.update(event.status);
      core.post(event);
    },
    life: term.life,
    resign: term.resign,
  });
}

/** Performs the effects of Marathon's core. */
export function marathonPerformers(
  { core, publish, requests, mesosMetrics }: MarathonParts,
  { store, drain, scheduler, probes, resign }: MarathonTerm,
): Performers<MarathonEffect> {
  return {
    framework: ({ info }) => scheduler.setFramework(info),
    call: ({ call }) => {
      mesosMetrics.call(call);
      drain.call(call);
    },
    store: (effect) => void performStore(store, effect, core.post),
    publish: ({ event, pod }) => publish(event, pod),
    answer: ({ request, answer }) => requests.answer(request, answer),
    probe: (effect) => probes.start(effect),
    resign: ({ reason }) => resign(reason),
  };
}

/** Requests that wait, and readers of events, turn to the next leader. */
export function endTerm({ requests, bus }: MarathonParts, reason: string): void {
  const message = `this Marathon leads no more, and it is not known whether this was stored: ${reason}`;
  requests.answerAll({ ok: false, refusal: { code: 'deposed', message } });
  bus.stop();
}

/** Processes that share a list in ZooKeeper: what the leader keeps, all of them answer. */

import type { CommonEffect, Machine, Stamped } from '../../../../../cluster/model/event';
import { systemClock } from '../../../../../cluster/runtime/clock';
import type { Reply, Request } from '../../../../../cluster/runtime/http/server';
import type { Running } from '../../../../../cluster/runtime/lifecycle';
import { silentLogger } from '../../../../../cluster/runtime/log';
import type { ProcessContext, ServerPlan } from '../../../../../cluster/runtime/process';
import { MemoryStore } from '../../../../../cluster/state/memory';
import type { StateStore } from '../../../../../cluster/state/store';
import { ZookeeperStore } from '../../../../../cluster/state/zookeeper';
import { Forwarder } from '../../../../../frameworks/kit/edge/leadership/forward';
import {
  type ElectionPlan,
  startLedProcess,
  type TermContext,
} from '../../../../../frameworks/kit/edge/leadership/led-process';
import type { Standing } from '../../../../../frameworks/kit/edge/leadership/standing';
import { errorAnswers, handlerOf, type RestDoor } from '../../../../../frameworks/kit/edge/rest/door';
import { textOf } from '../../../../../frameworks/kit/edge/rest/request';
import { TEST_SERVER } from '../../../../cluster/runtime/http/test-server';

interface ListEvents {
  add: { readonly word: string; readonly reply: Reply };
  stored: { readonly reply: Reply };
  failed: { readonly reason: string };
}

type ListEffect =
  | CommonEffect
  | { readonly kind: 'store'; readonly word: string; readonly reply: Reply }
  | { readonly kind: 'answer'; readonly reply: Reply }
  | { readonly kind: 'resign'; readonly reason: string };

const machine: Machine<string[], Stamped<ListEvents>, ListEffect, readonly string[]> = {
  name: 'list',
  init: (words) => [...words],
  step: (words, event) => {
    switch (event.kind) {
      case 'add':
        words.push(event.word);
        return [{ kind: 'store', word: event.word, reply: event.reply }];
      case 'stored':
        return [{ kind: 'answer', reply: event.reply }];
      case 'failed':
        return [{ kind: 'resign', reason: event.reason }];
    }
  },
};

const DOOR: RestDoor = {
  concurrentMax: undefined,
  active: { count: 0 },
  headers: () => ({ 'x-list': 'yes' }),
  errorBody: (status, message) => ({ message, status }),
};

export interface ListProcess extends Running {
  readonly url: string;
  readonly address: string;
  /** Reasons for which terms have ended. */
  readonly ends: string[];
  /** Requests that this process has handled itself. */
  readonly handled: string[];
}

type ListEvent = Stamped<ListEvents>;

interface Parts {
  readonly context: ProcessContext<string[], ListEvent>;
  readonly handled: string[];
}

interface Term {
  readonly store: StateStore;
  readonly words: readonly string[];
  readonly resign: (reason: string) => void;
}

function serverOf({ context, handled }: Parts, standing: () => Standing): ServerPlan {
  const forwarder = new Forwarder({
    standing,
    door: DOOR,
    what: 'The list',
    log: silentLogger,
    tls: undefined,
  });
  context.life.add(() => forwarder.stop());
  const add = (request: Request, reply: Reply): Reply => {
    context.core.post({ kind: 'add', word: textOf(request), reply });
    return reply;
  };
  const show = handlerOf(DOOR, (request) => {
    handled.push(`${request.method} ${request.url}`);
    return { status: 200, body: context.core.read((words) => words) };
  });
  const fail = handlerOf(DOOR, (request) => ({
    status: 409,
    body: { message: 'exists', echo: textOf(request), header: request.headers['x-mine'] },
    headers: { 'x-reason': 'exists' },
  }));
  return {
    ...TEST_SERVER,
    ...errorAnswers(DOOR),
    before: forwarder.before,
    routes: [
      { path: '/words', methods: { GET: show, POST: add } },
      { path: '/fail', methods: { PUT: fail } },
    ],
  };
}

interface ListTypes {
  State: string[];
  Event: ListEvent;
  Effect: ListEffect;
  Boot: readonly string[];
  Parts: Parts;
  Term: Term;
}

/** `alone` is the store of a process without an election. */
export async function startList(election?: ElectionPlan, alone = new MemoryStore()): Promise<ListProcess> {
  const ends: string[] = [];
  const handled: string[] = [];
  const clock = systemClock();
  const storeOf = async (mandate: TermContext['mandate']): Promise<StateStore> => {
    if (!('client' in mandate)) return alone;
    const store = new ZookeeperStore({ client: mandate.client, clock, path: `${election?.path}-state` });
    await store.claim(mandate.node);
    return store;
  };
  const started = await startLedProcess<ListTypes>(
    { log: silentLogger, clock, onEnd: (reason) => ends.push(reason) },
    {
      machine,
      endText: 'the list ends',
      election,
      parts: (context) => ({ context, handled }),
      address: ({ context }) => `127.0.0.1:${context.server().port}`,
      server: serverOf,
      term: async (_parts, { mandate, resign }) => {
        const store = await storeOf(mandate);
        const words = (await store.fetchAll('word/')).map(({ value }) => value.toString());
        return { store, words, resign };
      },
      boot: (_parts, { words }) => words,
      performers: ({ context }, { store, resign }) => ({
        store: ({ word, reply }) =>
          void store.commit([{ name: `word/${word}`, value: Buffer.from(word) }]).then(
            () => context.core.post({ kind: 'stored', reply }),
            (error: Error) => context.core.post({ kind: 'failed', reason: error.message }),
          ),
        answer: ({ reply }) => void reply.code(201).send(''),
        resign: ({ reason }) => resign(reason),
      }),
      start: () => undefined,
      ended: (_parts, reason) => void ends.push(reason),
    },
  );
  const { port, url } = started.parts.context.server();
  return { url, address: `127.0.0.1:${port}`, ends, handled, stop: () => started.stop() };
}

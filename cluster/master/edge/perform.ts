/**
 * Performs the effects of the master's core.
 */

import { encodeProtobuf } from '../../api/protobuf';
import type { Performers } from '../../runtime/mailbox';
import type { Links } from '../../runtime/messages/links';
import type { Requests } from '../../runtime/requests';
import type { MasterEffect } from '../core/state/effects';
import type { MasterInput } from '../core/state/events';
import type { Inbox } from './inbox';
import type { RegistryStore } from './registry-store';
import type { Streams } from './streams';

/** The answer to a call of the scheduler or operator API. */
export type Answer = Omit<Extract<MasterEffect, { kind: 'answer' }>, 'kind' | 'request'>;

export interface Outside {
  readonly links: Links;
  readonly registry: RegistryStore;
  readonly schedulers: Streams<'mesos.v1.scheduler.Event'>;
  readonly operators: Streams<'mesos.v1.master.Event'>;
  readonly requests: Requests<Answer>;
  readonly post: (event: MasterInput) => void;
  /** Writes the state as the first event of an operator's stream. */
  readonly welcome: (stream: string) => void;
  /** A driver whose connection is closed has to authenticate again. */
  readonly inbox: Pick<Inbox, 'forget'>;
  readonly resign: (reason: string) => void;
}

export function masterPerformers(outside: Outside): Performers<MasterEffect> {
  const { links, registry, schedulers, operators, requests, post } = outside;
  return {
    send: ({ to, name, message }) => links.send(to, name, encodeProtobuf(name, message)),
    link: ({ to }) => links.link(to),
    store: ({ registry: value, ticket }) => {
      registry.store(value).then(
        () => post({ kind: 'registry.stored', ticket }),
        (error: unknown) => post({ kind: 'registry.failed', ticket, reason: String(error) }),
      );
    },
    event: ({ stream, event }) => schedulers.write(stream, event),
    close: ({ stream, reason }) => {
      schedulers.close(stream, reason);
      operators.close(stream, reason);
      outside.inbox.forget(stream);
    },
    answer: (effect) => requests.answer(effect.request, effect),
    welcome: ({ stream }) => outside.welcome(stream),
    publish: ({ event }) => operators.writeAll(event),
    resign: ({ reason }) => outside.resign(reason),
  };
}

/**
 * Performs the effects of the master's core.
 */

import { encodeProtobuf } from '../../api/protobuf';
import type { Performers } from '../../runtime/mailbox';
import type { MasterEffect } from '../core/state/effects';
import { welcome } from './http/operator-lists';
import type { MasterParts } from './parts';

export function masterPerformers(parts: MasterParts): Performers<MasterEffect> {
  const { libprocess, registry, inbox, requests, operators, core, context } = parts;
  const schedulers = parts.schedulers.streams;
  return {
    send: ({ to, name, message }) => libprocess.send(to, name, encodeProtobuf(name, message)),
    link: ({ to }) => libprocess.link(to),
    store: ({ registry: value, ticket }) => {
      registry.store(value).then(
        () => core.post({ kind: 'registry.stored', ticket }),
        (error: unknown) => core.post({ kind: 'registry.failed', ticket, reason: String(error) }),
      );
    },
    event: ({ stream, event }) => schedulers.write(stream, event),
    close: ({ stream, reason }) => {
      schedulers.close(stream, reason);
      operators.streams.close(stream, reason);
      // A driver whose connection is closed has to authenticate again.
      inbox.forget(stream);
    },
    answer: (effect) => requests.answer(effect.request, effect),
    welcome: ({ stream }) => welcome(operators, stream),
    publish: ({ event }) => operators.streams.writeAll(event),
    resign: ({ reason }) => context.end(reason),
  };
}

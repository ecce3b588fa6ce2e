/** SUBSCRIBE of the v1 operator API: a stream of the state and of the events that its reader may see. */

import { randomUUID } from 'node:crypto';
import type { Event } from '../../../api/generated/master';
import { principalOf } from '../../../runtime/http/access';
import { filterEvent } from '../../views/filtered-event';
import { isRestricted, readFilterOf } from '../../views/read-filter';
import type { Exchange } from './operator-door';

/** Opens a stream, and tells the core who follows. */
export function subscribe({ door, request, reply, accept: type }: Exchange): unknown {
  const stream = randomUUID();
  const sender = principalOf(request);
  const shown = (event: Event): Event | undefined =>
    door.read((state) =>
      isRestricted(state, sender) ? filterEvent(state, readFilterOf(state, sender), event) : event,
    );
  const closed = (): void => {
    door.viewers.delete(stream);
    door.post({ kind: 'operator.closed', stream });
  };
  door.viewers.set(stream, sender);
  door.streams.open(stream, reply, { type, shown, closed, waits: true });
  door.post({ kind: 'operator.subscribe', stream });
  return reply;
}

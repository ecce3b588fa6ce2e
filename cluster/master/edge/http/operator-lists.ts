/**
 * Big reads of the operator API, and the state that a stream begins with. They are gathered at one moment and written
 * in slices, so that pings, launches and `/health` go on meanwhile.
 *
 * Always true: an answer is the state between two steps of the master, whatever happens while it is written.
 */

import { encodeSlices, encodeWhole, Part } from '../../../api/slices';
import type { Principal } from '../../../model/principal';
import { principalOf } from '../../../runtime/http/access';
import type { Reply } from '../../../runtime/http/server';
import { HEARTBEAT_MS } from '../../core/frameworks/heartbeat';
import { getOperations, getState } from '../../views/operator';
import { type FilteredState, filterState, viewerKey } from '../../views/read-filter';
import type { Exchange, OperatorContext } from './operator-door';
import { plain } from './scheduler-api';

/** GET_STATE, and the first event of SUBSCRIBE. */
export function statePart(state: FilteredState): Part {
  const parts = Object.entries(getState(state)).map(([name, lists]) => [name, new Part(lists)]);
  return new Part(Object.fromEntries(parts));
}

/** GET_OPERATIONS: of all lists only this one is left out by the original when it is empty. */
export function operationsPart(state: FilteredState): Part {
  const { operations } = getOperations(state);
  const [first] = operations;
  return new Part(first === undefined ? {} : { operations });
}

/**
 * The answer to a call that reads lists, which are member `name` of the response. Requests for the same answer that
 * come while it waits share one body, which is also compressed only once.
 */
export function lists(
  name: string,
  list: (state: FilteredState) => Part,
): (exchange: Exchange) => Promise<Reply> {
  return (exchange) => answerLists(exchange, name, list);
}

function answerLists(
  { door, request, reply, type, accept }: Exchange,
  name: string,
  list: (state: FilteredState) => Part,
): Promise<Reply> {
  const sender = principalOf(request);
  const written = door.slices.run({
    key: keyOf(door, sender, [type, accept]),
    begin: () => {
      const part = door.read((state) => list(filterState(state, sender)));
      return encodeWhole('mesos.v1.master.Response', accept, new Part({ type, [name]: part }));
    },
    isWanted: () => !reply.raw.destroyed,
  });
  return written.then((body) =>
    body ? reply.type(accept).send(body) : plain(reply, 503, 'The master is stopping'),
  );
}

/** Writes the state as the first event of a stream; later events follow it. */
export function welcome(door: OperatorContext, stream: string): void {
  const { streams, slices } = door;
  const type = streams.typeOf(stream);
  if (!type) return;
  const sender = door.viewers.get(stream);
  const written = slices.run({
    key: keyOf(door, sender, ['SUBSCRIBED', type]),
    began: () => streams.begin(stream),
    begin: () => {
      const get_state = door.read((state) => statePart(filterState(state, sender)));
      const subscribed = new Part({ get_state, heartbeat_interval_seconds: HEARTBEAT_MS / 1000 });
      return encodeSlices('mesos.v1.master.Event', type, new Part({ type: 'SUBSCRIBED', subscribed }));
    },
    isWanted: () => streams.typeOf(stream) !== undefined,
  });
  written.then(
    (chunks) => chunks && streams.first(stream, chunks, [{ type: 'HEARTBEAT' }]),
    (error: unknown) => streams.close(stream, String(error)),
  );
}

/** The key of answers that are the same: the call, the media type, and the principal if it does not see everything. */
function keyOf(door: OperatorContext, sender: Principal | undefined, parts: readonly string[]): string {
  return JSON.stringify([...parts, door.read((state) => viewerKey(state, sender))]);
}

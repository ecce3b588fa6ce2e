/** The access of operators' endpoints to the master: its mailbox, and the state to read. */

import type { Call } from '../../../api/generated/master';
import type { MediaType } from '../../../api/media-type';
import type { Principal } from '../../../model/principal';
import type { VirtualFiles } from '../../../runtime/files/virtual-files';
import { principalOf } from '../../../runtime/http/access';
import type { Reply, Request } from '../../../runtime/http/server';
import type { Requests } from '../../../runtime/requests';
import type { SlicedWork } from '../../../runtime/sliced-work';
import type { Verbosity } from '../../../runtime/verbosity';
import type { MasterInput } from '../../core/state/events';
import type { MasterState } from '../../core/state/state';
import { type FilteredState, filterState, type ReadFilter, readFilterOf } from '../../views/read-filter';

import type { Streams } from '../streams';
import type { Leadership } from './leader';
import { type Answer, plain } from './scheduler-api';

export interface OperatorContext {
  readonly streams: Streams<'mesos.v1.master.Event'>;
  /** Writes big answers in slices. */
  readonly slices: SlicedWork;
  readonly requests: Requests<Answer>;
  readonly post: (event: MasterInput) => void;
  readonly leadership: () => Leadership;
  readonly files: VirtualFiles;
  readonly logFile: string | undefined;
  readonly verbosity: Verbosity;
  readonly read: <T>(view: (state: MasterState) => T) => T;
  /** The principal of each stream, by which its events are filtered. */
  readonly viewers: Map<string, Principal | undefined>;
  /** A number that changes with every event: two reads with the same number see the same state. */
  readonly moment: () => number;
  /** Counts a page that was made for another request (`master/http_cache_hits`). */
  readonly pageHit: () => void;
  readonly flags: Record<string, string>;
  readonly metrics: () => Record<string, number>;
}

/** A call of the v1 API on its way to its answer. */
export interface Exchange {
  readonly door: OperatorContext;
  readonly request: Request;
  readonly reply: Reply;
  readonly type: Call.Type;
  readonly accept: MediaType;
}

/** Reads the state as the sender of a request may see it. */
export function readFor<T>(door: OperatorContext, request: Request, view: (state: FilteredState) => T): T {
  return door.read((state) => view(filterState(state, principalOf(request))));
}

/** The read filter of the sender of a request. */
export function readFilterFor(door: OperatorContext, request: Request): ReadFilter {
  return door.read((state) => readFilterOf(state, principalOf(request)));
}

/** The body of a refusal that gives no reason. */
export const FORBIDDEN = '403 Forbidden.';

/** Passes a call that changes something to the core, which answers it once the change is stored. */
export function passCall(door: OperatorContext, sent: Request, reply: Reply, call: Call): Reply {
  const request = door.requests.add(({ status, text = '' }) => void plain(reply, status, text));
  door.post({ kind: 'operator.call', request, call, principal: principalOf(sent) });
  return reply;
}

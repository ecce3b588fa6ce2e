/** The operators' endpoints' access to the master: its mailbox, and the state to read. */

import type { Call } from '../../../api/generated/master';
import type { Principal } from '../../../model/principal';
import type { VirtualFiles } from '../../../runtime/files/virtual-files';
import { principalOf } from '../../../runtime/http/access';
import type { Reply, Request } from '../../../runtime/http/server';
import type { SlicedWork } from '../../../runtime/sliced-work';
import type { Verbosity } from '../../../runtime/verbosity';
import type { MasterInput } from '../../core/state/events';
import type { MasterState } from '../../core/state/state';
import { filterState, type ReadFilter, readFilterOf } from '../../views/read-filter';
import type { Answer } from '../perform';
import type { Streams } from '../streams';
import type { Leadership } from './leader';
import { plain } from './scheduler-api';

export interface OperatorContext {
  readonly streams: Streams<'mesos.v1.master.Event'>;
  /** Writes big answers in slices. */
  readonly slices: SlicedWork;
  readonly answers: Map<number, Answer>;
  readonly post: (event: MasterInput) => void;
  readonly leadership: () => Leadership;
  readonly files: VirtualFiles;
  readonly logFile: string | undefined;
  readonly verbosity: Verbosity;
  readonly nextRequest: () => number;
  readonly read: <T>(view: (state: MasterState) => T) => T;
  /** The principal of each stream, so that it is told only what it may see. */
  readonly viewers: Map<string, Principal | undefined>;
  /** Changes with every event: what was read at the same moment is the same. */
  readonly moment: () => number;
  /** A page was served again (`master/http_cache_hits`). */
  readonly pageHit: () => void;
  readonly flags: Record<string, string>;
  readonly metrics: () => Record<string, number>;
}

/** Reads the state as the sender of a request sees it. */
export function readFor<T>(door: OperatorContext, request: Request, view: (state: MasterState) => T): T {
  return door.read((state) => view(filterState(state, principalOf(request))));
}

/** The view for the sender of a request. */
export function readFilterFor(door: OperatorContext, request: Request): ReadFilter {
  return door.read((state) => readFilterOf(state, principalOf(request)));
}

/** The body of a refusal that gives no reason. */
export const FORBIDDEN = '403 Forbidden.';

/** Calls that change something are answered by the core, when what they change is stored. */
export function passCall(door: OperatorContext, sent: Request, reply: Reply, call: Call): Reply {
  const request = door.nextRequest();
  door.answers.set(request, (status, text) => void plain(reply, status, text ?? ''));
  door.post({ kind: 'operator.call', request, call, principal: principalOf(sent) });
  return reply;
}

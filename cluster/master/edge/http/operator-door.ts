/**
 * What the operators' endpoints need of the master: the way in, and the state to read.
 */

import type { Call } from '../../../api/generated/master';
import { principalOf } from '../../../runtime/http/access';
import type { Reply, Request } from '../../../runtime/http/server';
import type { MasterInput } from '../../core/events';
import type { MasterState } from '../../core/state';
import type { Answer } from '../perform';
import type { Streams } from '../streams';
import { plain } from './scheduler-api';

export interface OperatorDoor {
  readonly streams: Streams<'mesos.v1.master.Event'>;
  readonly answers: Map<number, Answer>;
  readonly post: (event: MasterInput) => void;
  readonly isLeading: () => boolean;
  readonly nextRequest: () => number;
  readonly read: <T>(view: (state: MasterState) => T) => T;
  /** Changes with every event: what was read at the same moment is the same. */
  readonly moment: () => number;
  readonly flags: Record<string, string>;
  readonly metrics: () => Record<string, number>;
}

/** Calls that change something are answered by the core, when what they change is stored. */
export function passCall(door: OperatorDoor, sent: Request, reply: Reply, call: Call): Reply {
  const request = door.nextRequest();
  door.answers.set(request, (status, text) => void plain(reply, status, text ?? ''));
  door.post({ kind: 'operator.call', request, call, principal: principalOf(sent) });
  return reply;
}

/** The manner in which a framework passes requests on to its leader: its marks, its redirects, and its refusals. */

import { errorText } from '../../../../cluster/model/error-text';
import type { Request } from '../../../../cluster/runtime/http/server';

/** Why a request cannot be passed on. */
export type ForwardFault =
  | { readonly kind: 'nobody'; readonly reason: string }
  /** It was passed on to us, and we do not lead. */
  | { readonly kind: 'loop'; readonly leader: string }
  | { readonly kind: 'unreachable'; readonly leader: string; readonly error: unknown };

export interface ForwardManner {
  /** The header of requests that were passed on. */
  readonly mark: string;
  /** What we add to it. */
  readonly value: () => string;
  /** True for a request that may not be passed on, by the values of its mark. */
  readonly isLoop: (values: readonly string[]) => boolean;
  /** Answers have the mark, too. */
  readonly marksAnswers: boolean;
  /** True for a request whose sender is sent to the leader. */
  readonly redirects: (request: Request) => boolean;
  readonly refusal: (fault: ForwardFault) => { readonly status: number; readonly message: string };
}

/** The manner of a framework whose original has none: a request is passed on once, and refusals say why. */
export function plainManner(what: string): ForwardManner {
  return {
    mark: 'x-meseta-forwarded',
    value: () => '1',
    isLoop: (values) => values.length > 0,
    marksAnswers: false,
    redirects: () => false,
    refusal: (fault) => ({ status: 503, message: `${what}: ${plainText(fault)}` }),
  };
}

function plainText(fault: ForwardFault): string {
  switch (fault.kind) {
    case 'nobody':
      return `there is no leader: ${fault.reason}`;
    case 'loop':
      return `this one does not lead, ${fault.leader} does: the lead changes now`;
    case 'unreachable':
      return `the leader ${fault.leader} does not answer: ${errorText(fault.error)}`;
  }
}

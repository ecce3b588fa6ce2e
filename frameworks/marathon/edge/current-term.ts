/** The parts of the term that runs which handlers of requests use. */

import type { StateStore } from '../../../cluster/state/store';
import type { Callbacks } from './callbacks';

export interface HandlersTerm {
  readonly store: StateStore;
  /** Undefined where no events are posted. */
  readonly callbacks: Callbacks | undefined;
  readonly abdicate: (reason: string) => void;
}

/** Undefined between two terms. */
export interface CurrentTerm {
  term: HandlersTerm | undefined;
}

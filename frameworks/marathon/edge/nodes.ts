/** The nodes below the path of `--zk`. */

import type { ComponentState } from '../../../cluster/state/component-state';
import { HANDOVER_VARIABLE } from '../../kit/edge/state/handover';

/** The election, where the original has it. */
export const ELECTION_NODE = 'leader-curator';
/** The state. That of the original is in `state`. */
export const STATE_NODE = 'meseta';

/** The state as `meseta state` reads and writes it. */
export const MARATHON_STATE: ComponentState = {
  component: 'marathon',
  stateNode: STATE_NODE,
  electionNode: ELECTION_NODE,
  candidates: /^/,
  form: 1,
  variables: /^(marathon\/|marathon-event-subscribers$|form$)/,
  requests: new Set([HANDOVER_VARIABLE]),
  isJournaled: true,
};

/** The nodes below `--zk_path` that a Chronos has in ZooKeeper. */

import type { ComponentState } from '../../../cluster/state/component-state';

/** The election, where the original has it. */
export const CANDIDATE_NODE = 'candidate';
/** The state. That of the original is in `state`. */
export const STATE_NODE = 'meseta';

/** The state as `meseta state` reads and writes it. */
export const CHRONOS_STATE: ComponentState = {
  component: 'chronos',
  stateNode: STATE_NODE,
  electionNode: CANDIDATE_NODE,
  candidates: /^/,
  form: 1,
  variables: /^(form$|framework$|job_|state_|run_)/,
  requests: new Set(),
  isJournaled: true,
};
